-- A promotion is watched, and an artefact that did harm after it is blocked until a person clears it.
alter table rollout drop constraint rollout_state_check;
alter table rollout add constraint rollout_state_check check (state in (
  'PREPARING_SHADOW', 'SHADOW', 'PREPARING_SPLIT', 'SPLIT', 'WIDENING', 'PREPARING_PROMOTION',
  'WATCHING', 'PROMOTED', 'ROLLED_BACK', 'STOPPED'));

-- The next rollout ends it, so that there is never a second one.
create unique index one_watched_rollout on rollout (model_id) where state = 'WATCHING';

alter table rollout_test drop constraint rollout_test_stage_check;
alter table rollout_test
  add constraint rollout_test_stage_check check (stage in ('SHADOW', 'SPLIT', 'WATCH'));

create table artefact_block (
  id bigint generated always as identity primary key,
  model_id bigint not null references model,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  rollout_id text not null references rollout,
  version text not null,
  reason text not null,
  blocked_at timestamptz not null,
  cleared_at timestamptz,
  cleared_reason text,
  check ((cleared_at is null) = (cleared_reason is null))
);

create unique index one_standing_block on artefact_block (model_id, sha256)
  where cleared_at is null;
create index block_newest on artefact_block (model_id, id desc);
