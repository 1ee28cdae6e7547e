-- Projects, models and versions.

create table project (
  id bigint generated always as identity primary key,
  name text not null constraint project_name unique
    check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  created_at timestamptz not null
);

create table model (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  definition jsonb not null,
  last_version integer not null default 0 check (last_version >= 0),
  created_at timestamptz not null,
  constraint model_name unique (project_id, name)
);

create table model_version (
  id bigint generated always as identity primary key,
  model_id bigint not null references model,
  number integer not null check (number > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint not null check (bytes > 0),
  format text not null check (format in ('onnx')),
  description text not null,
  metrics jsonb not null,
  parameters jsonb not null,
  run jsonb not null,
  created_at timestamptz not null,
  constraint version_number unique (model_id, number)
);

-- What one model's callers get. The row is also the lock that every change of the model's traffic
-- takes first, so two verdicts, or a verdict and a person, never decide at once.
create table model_route (
  model_id bigint primary key references model,
  revision bigint not null check (revision >= 0),
  committed bytea,
  prepared bytea,
  prepared_at timestamptz,
  standby bytea,
  failure text,
  change bigint not null,
  check ((prepared is null) = (prepared_at is null))
);

create index route_prepared on model_route (model_id) where prepared is not null;

create table rollout (
  id text primary key,
  model_id bigint not null references model,
  state text not null check (state in (
    'PREPARING_SHADOW', 'SHADOW', 'PREPARING_SPLIT', 'SPLIT', 'PREPARING_PROMOTION',
    'PROMOTED', 'ROLLED_BACK', 'STOPPED')),
  current_version bytea not null,
  candidate_version bytea not null,
  salt text not null,
  reason text,
  change bigint not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);

-- One live rollout per model: the database itself says so, whatever a service believes.
create unique index one_live_rollout on rollout (model_id) where state in (
  'PREPARING_SHADOW', 'SHADOW', 'PREPARING_SPLIT', 'SPLIT', 'PREPARING_PROMOTION');

create index rollout_newest on rollout (model_id, created_at desc);

create table rollout_test (
  test_id text primary key,
  rollout_id text not null references rollout,
  stage text not null check (stage in ('SHADOW', 'SPLIT')),
  definition bytea not null,
  definition_sha256 text not null check (definition_sha256 ~ '^[0-9a-f]{64}$'),
  shadow_deadline_ms bigint not null,
  begun_at timestamptz,
  last_number bigint not null default -1,
  latest bytea,
  unique (rollout_id, stage)
);

-- The record as it was signed, so that anyone with the key can check it again.
create table evaluation (
  id bigint generated always as identity primary key,
  rollout_id text not null references rollout,
  test_id text not null references rollout_test,
  number bigint not null,
  verdict text not null,
  log_time timestamptz not null,
  received_at timestamptz not null,
  record bytea not null,
  signature bytea not null,
  constraint evaluation_once unique (test_id, number)
);

create index evaluation_of_rollout on evaluation (rollout_id, id);

-- Refused evaluations are counted, not kept: whoever can write to the topic could otherwise fill
-- the disk.
create table evaluation_refusal (
  rollout_id text not null references rollout,
  result text not null,
  times bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (rollout_id, result)
);

-- The audit trail. Within a project the numbers have no gap, and the payload is text, kept byte by
-- byte, so that a chain of hashes over (seq, payload) can be added beside it.
create table audit_head (
  project text primary key,
  last_seq bigint not null
);

create table audit_event (
  id bigint generated always as identity primary key,
  project text not null,
  seq bigint not null check (seq > 0),
  at timestamptz not null,
  actor text not null,
  action text not null,
  model text,
  entity text not null,
  payload text not null,
  constraint audit_sequence unique (project, seq)
);

create index audit_of_entity on audit_event (entity, id);
create index audit_of_model on audit_event (project, model, id);

-- What is still to be announced, in the order in which it was decided.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key text not null,
  headers jsonb not null,
  value bytea not null,
  created_at timestamptz not null,
  sent_at timestamptz
);

create index outbox_unsent on outbox (id) where sent_at is null;

-- What must not change does not change, for direct SQL as well.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or removed', tg_table_name;
end $$;

create trigger version_is_immutable before update or delete on model_version
  for each row execute function refuse_change();
create trigger versions_stay before truncate on model_version
  for each statement execute function refuse_change();
create trigger audit_is_append_only before update or delete on audit_event
  for each row execute function refuse_change();
create trigger audit_stays before truncate on audit_event
  for each statement execute function refuse_change();
create trigger evaluation_is_immutable before update or delete on evaluation
  for each row execute function refuse_change();

create function refuse_definition_change() returns trigger language plpgsql as $$
begin
  if (new.test_id, new.rollout_id, new.stage, new.definition, new.definition_sha256,
      new.shadow_deadline_ms)
     is distinct from
     (old.test_id, old.rollout_id, old.stage, old.definition, old.definition_sha256,
      old.shadow_deadline_ms) then
    raise exception 'the definition of a test is frozen';
  end if;
  return new;
end $$;

create trigger definition_is_frozen before update on rollout_test
  for each row execute function refuse_definition_change();
