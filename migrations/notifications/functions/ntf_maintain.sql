-- Creates the partitions of this month and of the months ahead, and moves waiting rows out of the default partition.
-- Runs as the owner of the tables, which FORCE binds too. So it lifts FORCE from the default partition while it holds an
-- exclusive lock on it. When rows move, it also lifts FORCE from the messages: the foreign key check of the new partition
-- sees what the owner sees. Of several concurrent callers one works. Returns the number of partitions created.
create or replace function herald.ntf_maintain(months_ahead integer default 3) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' set timezone = 'UTC'
  as $$
declare
  month timestamptz;
  low uuid;
  high uuid;
  leaf text;
  moved integer;
  made integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('herald.ntf_maintain', 0)) then
    return 0;
  end if;
  for step in 0 .. least(greatest(months_ahead, 0), 24) loop
    month := date_trunc('month', now()) + make_interval(months => step);
    leaf := 'ntf_item_' || to_char(month, 'YYYY_MM');
    continue when to_regclass('herald.' || leaf) is not null;
    low := herald.uuid_floor(month);
    high := herald.uuid_floor(month + interval '1 month');
    execute format('create table herald.%I (like herald.ntf_item including defaults including constraints)', leaf);
    alter table herald.ntf_item_default no force row level security;
    execute format(
      'with moved as (delete from herald.ntf_item_default where message_id >= %L and message_id < %L returning *)
       insert into herald.%I select * from moved', low, high, leaf);
    get diagnostics moved = row_count;
    alter table herald.ntf_item_default force row level security;
    if moved > 0 then
      alter table herald.ntf_message no force row level security;
    end if;
    execute format('alter table herald.ntf_item attach partition herald.%I for values from (%L) to (%L)', leaf, low, high);
    if moved > 0 then
      alter table herald.ntf_message force row level security;
    end if;
    -- The parent's policy binds only queries through the parent. This closes direct access.
    execute format('alter table herald.%I enable row level security', leaf);
    execute format('alter table herald.%I force row level security', leaf);
    made := made + 1;
  end loop;
  return made;
end $$;
revoke all on function herald.ntf_maintain(integer) from public;
grant execute on function herald.ntf_maintain(integer) to herald_app;

-- A fresh database needs its first partitions at once.
select herald.ntf_maintain();
