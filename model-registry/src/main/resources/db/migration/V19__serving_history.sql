-- Who served a model, as what, since when and until when: written in the transaction that changes
-- the route, closed once, never removed.
create table deployment_period (
  id bigint generated always as identity primary key,
  model_id bigint not null references model,
  version integer not null check (version > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  role text not null check (role in ('CURRENT', 'SPLIT', 'SHADOW', 'SEGMENT', 'STANDBY')),
  share double precision check (share >= 0 and share <= 1),
  rollout_id text references rollout,
  revision bigint not null check (revision >= 0),
  valid_from timestamptz not null,
  valid_to timestamptz check (valid_to >= valid_from),
  -- A model has one current version at any time. A range of one number, because an exclusion on
  -- plain numbers would need an extension.
  constraint one_current_version exclude using gist (
    int8range(model_id, model_id, '[]') with &&, tstzrange(valid_from, valid_to) with &&)
    where (role = 'CURRENT'),
  constraint one_period_per_version_and_role exclude using gist (
    int8range(model_id, model_id, '[]') with &&, int4range(version, version, '[]') with &&,
    tstzrange(valid_from, valid_to) with &&)
    where (role = 'SPLIT')
);

create index deployment_open on deployment_period (model_id) where valid_to is null;
create index deployment_of_model on deployment_period (model_id, id desc);
create index deployment_at on deployment_period (model_id, valid_from, valid_to);

create function close_period_once() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.valid_to is null and new.valid_to is not null
     and (new.id, new.model_id, new.version, new.sha256, new.role, new.share, new.rollout_id,
          new.revision, new.valid_from)
     is not distinct from
         (old.id, old.model_id, old.version, old.sha256, old.role, old.share, old.rollout_id,
          old.revision, old.valid_from) then
    return new;
  end if;
  raise exception 'deployment_period rows are closed once and never changed or removed';
end $$;

create trigger period_is_closed_once before update or delete on deployment_period
  for each row execute function close_period_once();
create trigger periods_stay before truncate on deployment_period
  for each statement execute function refuse_change();
