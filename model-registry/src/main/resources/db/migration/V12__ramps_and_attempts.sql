-- A split can be widened while it runs, and attempts of the same candidate are counted.
alter table rollout drop constraint rollout_state_check;
alter table rollout add constraint rollout_state_check check (state in (
  'PREPARING_SHADOW', 'SHADOW', 'PREPARING_SPLIT', 'SPLIT', 'WIDENING', 'PREPARING_PROMOTION',
  'PROMOTED', 'ROLLED_BACK', 'STOPPED'));

drop index one_live_rollout;
create unique index one_live_rollout on rollout (model_id) where state in (
  'PREPARING_SHADOW', 'SHADOW', 'PREPARING_SPLIT', 'SPLIT', 'WIDENING', 'PREPARING_PROMOTION');

alter table rollout
  add column epoch integer not null default 0 check (epoch >= 0),
  add column widen_not_before timestamptz,
  add column candidate_sha256 text not null default '';

-- Of the rollouts so far, as it stands in the kept VersionRef: tag, length, version, tag, length,
-- 64 hexadecimal digits.
update rollout set candidate_sha256 =
  case when length(candidate_version) < 69 then ''
       else encode(
         substring(candidate_version from get_byte(candidate_version, 1) + 5 for 64), 'escape')
  end;

create index rollout_of_candidate on rollout (model_id, candidate_sha256);
