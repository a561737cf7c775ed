-- Keeps published versions unchanged, because instances are pinned to them. Only the status may change.
create or replace function herald.apv_keep_published() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.status = 'draft' then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE'
     or (new.tenant_id, new.definition_id, new.version, new.definition, new.checksum, new.created_by, new.created_at,
         new.published_by, new.published_at)
        is distinct from
        (old.tenant_id, old.definition_id, old.version, old.definition, old.checksum, old.created_by, old.created_at,
         old.published_by, old.published_at)
     or new.status = 'draft' then
    raise exception 'Version % of definition % was published and cannot be changed.', old.version, old.definition_id
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
revoke all on function herald.apv_keep_published() from public;
create or replace trigger apv_definition_version_immutable before update or delete on herald.apv_definition_version
  for each row execute function herald.apv_keep_published();
