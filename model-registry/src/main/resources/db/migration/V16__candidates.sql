-- A rollout may have several candidates at once, each with tests of its own.
create table rollout_candidate (
  rollout_id text not null references rollout,
  number integer not null check (number >= 0 and number < 8),
  version bytea not null,
  sha256 text not null,
  standing text not null check (standing in (
    'TESTED', 'PASSED', 'CHOSEN', 'SUPERSEDED', 'ROLLED_BACK', 'STOPPED')),
  reason text,
  left_in_epoch integer check (left_in_epoch >= 0),
  chosen boolean not null default false,
  primary key (rollout_id, number)
);

insert into rollout_candidate (rollout_id, number, version, sha256, standing, reason, chosen)
select id, 0, candidate_version, candidate_sha256,
  case when state in ('PREPARING_PROMOTION', 'WATCHING', 'PROMOTED') then 'CHOSEN'
       when state in ('ROLLED_BACK', 'STOPPED') then state
       else 'TESTED' end,
  reason, state in ('PREPARING_PROMOTION', 'WATCHING', 'PROMOTED')
from rollout;

create index rollout_of_artefact on rollout_candidate (sha256);
drop index rollout_of_candidate;
alter table rollout drop column candidate_version, drop column candidate_sha256;

alter table rollout_test drop constraint rollout_test_rollout_id_stage_key;
create index tests_of_rollout on rollout_test (rollout_id);
