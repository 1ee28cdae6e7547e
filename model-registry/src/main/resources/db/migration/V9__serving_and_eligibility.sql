-- How a model is served may change while its definition stays.
alter table model
  add column serving jsonb not null default '{}',
  add column serving_change bigint not null default 0;

-- Who takes part in the tests of a rollout: segments and hold-out, the same in every route of it.
alter table rollout
  add column eligibility bytea not null default '';
