-- The audit trail becomes tamper-evident: each event holds the hash of the one before it. What is
-- hashed is the envelope, all that is known of the event as canonical JSON (RFC 8785).

create function audit_hash(seq bigint, prev_hash bytea, envelope text) returns bytea
  language sql immutable strict as $$
  select sha256('audit-v1'::bytea || '\x00'::bytea || int8send(seq) || prev_hash
    || sha256(convert_to(envelope, 'UTF8')))
$$;

create function audit_time(at timestamptz) returns text language sql stable strict as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

alter table audit_head add column last_hash bytea;
alter table audit_event
  add column envelope text,
  add column prev_hash bytea,
  add column hash bytea;

-- What is there already, in its order. Its detail was not written in canonical form and stays what
-- it was, byte by byte: it enters the envelope as a text. PostgreSQL writes a text as RFC 8785 does,
-- and the fields are named in the order that it asks for.
alter table audit_event disable trigger audit_is_append_only;
do $$
declare
  e record;
  log text;
  previous bytea;
  said text;
  hashed bytea;
begin
  for e in select * from audit_event order by project, seq loop
    if log is distinct from e.project then
      log := e.project;
      previous := decode(repeat('00', 32), 'hex');
    end if;
    said := '{"action":' || to_json(e.action) || ',"actor":' || to_json(e.actor)
      || ',"at":' || to_json(audit_time(e.at)) || ',"detail_text":' || to_json(e.payload)
      || ',"entity":' || to_json(e.entity)
      || ',"model":' || coalesce(to_json(e.model)::text, 'null')
      || ',"project":' || to_json(e.project) || ',"seq":' || e.seq || '}';
    hashed := audit_hash(e.seq, previous, said);
    update audit_event set envelope = said, prev_hash = previous, hash = hashed where id = e.id;
    previous := hashed;
  end loop;
end $$;
alter table audit_event enable trigger audit_is_append_only;
update audit_head h set last_hash = coalesce(
  (select e.hash from audit_event e where e.project = h.project order by e.seq desc limit 1),
  decode(repeat('00', 32), 'hex'));

alter table audit_event
  alter column envelope set not null,
  alter column prev_hash set not null,
  alter column hash set not null;
alter table audit_head
  alter column last_hash set not null,
  add constraint audit_head_counts check (last_seq >= 0);

-- An event follows the last one, links to it, and its columns say what its envelope says. This
-- holds for direct SQL too, as long as nobody switches triggers off; checkpoints are for those who can.
create function audit_event_follows() returns trigger language plpgsql as $$
declare
  head audit_head%rowtype;
  said jsonb;
begin
  select * into head from audit_head where project = new.project for update;
  if not found or new.seq <> head.last_seq + 1 or new.prev_hash <> head.last_hash then
    raise exception 'audit event % of project % does not follow the last one', new.seq, new.project;
  end if;
  if new.hash <> audit_hash(new.seq, new.prev_hash, new.envelope) then
    raise exception 'audit event % of project % does not have its hash', new.seq, new.project;
  end if;
  said := new.envelope::jsonb;
  if (said ->> 'project', said ->> 'seq', said ->> 'at', said ->> 'actor', said ->> 'action',
      said ->> 'model', said ->> 'entity', said -> 'detail')
     is distinct from
     (new.project, new.seq::text, audit_time(new.at), new.actor, new.action,
      new.model, new.entity, new.payload::jsonb) then
    raise exception 'the envelope of audit event % of project % says something else than its columns',
      new.seq, new.project;
  end if;
  return new;
end $$;

create function audit_head_advances() returns trigger language plpgsql as $$
begin
  update audit_head set last_seq = new.seq, last_hash = new.hash where project = new.project;
  return null;
end $$;

create trigger audit_event_follows before insert on audit_event
  for each row execute function audit_event_follows();
create trigger audit_head_advances after insert on audit_event
  for each row execute function audit_head_advances();

create function refuse_audit_jump() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.last_seq = 0 and new.last_hash = decode(repeat('00', 32), 'hex') then
      return new;
    end if;
  elsif new.project = old.project and new.last_seq = old.last_seq + 1 and exists (
      select from audit_event e where e.project = new.project and e.seq = new.last_seq
        and e.hash = new.last_hash and e.prev_hash = old.last_hash) then
    return new;
  end if;
  raise exception 'an audit log begins at 0 and only advances by one, to an event that is there';
end $$;

create trigger audit_head_only_advances before insert or update on audit_head
  for each row execute function refuse_audit_jump();
create trigger audit_head_stays before delete on audit_head
  for each row execute function refuse_change();
create trigger audit_heads_stay before truncate on audit_head
  for each statement execute function refuse_change();

-- Signed roots over all hashes of a log, from the first to the size-th. The edge is what the next
-- root is computed from (the signed root follows from it, so it cannot lie).
create table audit_checkpoint (
  id bigint generated always as identity primary key,
  project text not null,
  size bigint not null check (size > 0),
  at timestamptz not null,
  root text not null check (root ~ '^[0-9a-f]{64}$'),
  key text not null check (key ~ '^[0-9a-f]{64}$'),
  signature bytea not null,
  edge bytea not null,
  constraint audit_checkpoint_once unique (project, size)
);

create function audit_checkpoint_grows() returns trigger language plpgsql as $$
begin
  if new.size > coalesce((select max(size) from audit_checkpoint where project = new.project), 0)
     and new.size <= (select last_seq from audit_head where project = new.project) then
    return new;
  end if;
  raise exception 'a checkpoint is larger than the last one and not larger than its log';
end $$;

create trigger audit_checkpoint_grows before insert on audit_checkpoint
  for each row execute function audit_checkpoint_grows();
create trigger audit_checkpoint_is_append_only before update or delete on audit_checkpoint
  for each row execute function refuse_change();
create trigger audit_checkpoints_stay before truncate on audit_checkpoint
  for each statement execute function refuse_change();
