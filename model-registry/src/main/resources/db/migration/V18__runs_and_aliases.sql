-- Experiments and runs; what people say about models and versions; names that they give to versions.

-- A model that was only named has the definition {}. Versions up to defined_after were registered before
-- the contract and are compared with it when they are to serve.
alter table model
  add column description text not null default '',
  add column changed_at timestamptz,
  add column defined_after integer not null default 0 check (defined_after >= 0);

create index version_of_run on model_version ((run ->> 'id'), id desc);
create index version_of_source on model_version ((run ->> 'source'), id desc);

create table model_tag (
  model_id bigint not null references model on delete cascade,
  key text not null check (length(key) between 1 and 250),
  value text not null check (length(value) <= 5000),
  primary key (model_id, key)
);
-- Values may be longer than an index holds.
create index model_of_tag on model_tag (key, md5(value), model_id);

-- A version itself never changes; what is said about it may.
create table version_note (
  version_id bigint primary key references model_version,
  description text not null,
  changed_at timestamptz not null
);

create table version_tag (
  version_id bigint not null references model_version,
  key text not null check (length(key) between 1 and 250),
  value text not null check (length(value) <= 5000),
  primary key (version_id, key)
);
create index version_of_tag on version_tag (key, md5(value), version_id);

-- The files that a version was registered with, by value: what happens to its run later is nothing to it.
create table version_file (
  version_id bigint not null references model_version,
  path text collate "C" not null check (length(path) between 1 and 1000),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint not null check (bytes >= 0),
  primary key (version_id, path)
);

create trigger version_file_is_immutable before update or delete on version_file
  for each row execute function refuse_change();
create trigger version_files_stay before truncate on version_file
  for each statement execute function refuse_change();

-- No file joins a version that was committed.
create function refuse_late_file() returns trigger language plpgsql as $$
begin
  if (select xmin::text::bigint from model_version where id = new.version_id)
     is distinct from (pg_current_xact_id()::text::numeric % 4294967296)::bigint then
    raise exception 'version_file rows are never added to a version that is there';
  end if;
  return new;
end $$;

create trigger version_is_closed before insert on version_file
  for each row execute function refuse_late_file();

-- One name, one version. What serves is no name: it is read from the route.
create table model_alias (
  model_id bigint not null references model,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'
    and lower(name) not in ('current', 'champion', 'candidate', 'challenger', 'previous', 'latest')
    and lower(name) !~ '^v[0-9]+$'),
  version integer not null,
  change bigint not null check (change > 0),
  changed_at timestamptz not null,
  primary key (model_id, name),
  foreign key (model_id, version) references model_version (model_id, number)
);
create index alias_of_version on model_alias (model_id, version);

-- Every move, also the removal, which has no version. Numbers go on after a removal.
create table alias_move (
  model_id bigint not null references model,
  name text not null,
  change bigint not null check (change > 0),
  version integer,
  at timestamptz not null,
  primary key (model_id, name, change)
);
create trigger alias_move_is_immutable before update or delete on alias_move
  for each row execute function refuse_change();
create trigger alias_moves_stay before truncate on alias_move
  for each statement execute function refuse_change();

create table experiment (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  name text not null check (length(name) between 1 and 250),
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint experiment_name unique (project_id, name)
);

create table experiment_tag (
  experiment_id bigint not null references experiment,
  key text not null check (length(key) between 1 and 250),
  value text not null check (length(value) <= 5000),
  primary key (experiment_id, key)
);

create table run (
  id text primary key check (id ~ '^[0-9a-f]{32}$'),
  experiment_id bigint not null references experiment,
  name text not null check (length(name) <= 250),
  user_name text not null check (length(user_name) <= 250),
  status text not null check (status in ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED')),
  started_ms bigint not null,
  ended_ms bigint
);
create index run_newest on run (experiment_id, started_ms desc, id);

create table run_tag (
  run_id text not null references run,
  key text not null check (length(key) between 1 and 250),
  value text not null check (length(value) <= 8000),
  primary key (run_id, key)
);
create index run_of_tag on run_tag (key, md5(value), run_id);

-- A parameter is said once.
create table run_parameter (
  run_id text not null references run,
  key text not null check (length(key) between 1 and 250),
  value text not null check (length(value) <= 6000),
  primary key (run_id, key)
);
create index run_of_parameter on run_parameter (key, md5(value), run_id);
create trigger run_parameter_is_immutable before update or delete on run_parameter
  for each row execute function refuse_change();

-- Every point, once: a batch that is sent again adds nothing.
create table run_metric (
  run_id text not null references run,
  key text not null check (length(key) between 1 and 250),
  step bigint not null,
  at_ms bigint not null,
  value double precision not null,
  primary key (run_id, key, step, at_ms, value)
);
create trigger run_metric_is_immutable before update or delete on run_metric
  for each row execute function refuse_change();

-- The last point of each figure, so that no search reads the history.
create table run_latest (
  run_id text not null references run,
  key text not null,
  step bigint not null,
  at_ms bigint not null,
  value double precision not null,
  primary key (run_id, key)
);
create index run_of_latest on run_latest (key, value, run_id);

create table run_file (
  run_id text not null references run,
  path text collate "C" not null check (length(path) between 1 and 1000),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint not null check (bytes >= 0),
  primary key (run_id, path)
);
