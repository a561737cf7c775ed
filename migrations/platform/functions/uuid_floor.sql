-- The smallest UUIDv7 of a moment: the bound between two partitions.
create or replace function herald.uuid_floor(at timestamptz) returns uuid
  language sql immutable strict parallel safe
  as $$ select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid $$;
grant execute on function herald.uuid_floor(timestamptz) to herald_app;
