-- Publishes events of one tenant in the caller's transaction. Takes no lock besides its inserts and sends no NOTIFY.
-- A transaction without a tenant gets this tenant for the statement; a transaction of another tenant is refused (HS002).
-- p_recipients holds array literals or NULL. Returns the number of rows written; deduplicated events are not written.
CREATE OR REPLACE FUNCTION sse.append(
  p_tenant text, p_shard integer, p_audiences text[], p_recipients text[], p_types text[], p_payloads text[],
  p_traceparents text[], p_keys text[]
) RETURNS integer
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
  v_tenant text := nullif(current_setting('herald.tenant_id', true), '');
  v_fresh text[];
  v_count integer;
BEGIN
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', p_tenant, true);
  ELSIF v_tenant <> p_tenant THEN
    RAISE EXCEPTION 'transaction belongs to another tenant' USING ERRCODE = 'HS002';
  END IF;
  IF p_keys IS NULL THEN
    INSERT INTO sse.outbox (shard, tenant_id, audience, recipients, type, payload, traceparent)
    SELECT p_shard, p_tenant, e.audience, e.recipients::text[], e.type, e.payload, e.traceparent
    FROM unnest(p_audiences, p_recipients, p_types, p_payloads, p_traceparents)
      WITH ORDINALITY AS e (audience, recipients, type, payload, traceparent, n)
    ORDER BY e.n;
  ELSE
    -- Waits for a concurrent duplicate that has not committed yet: then exactly one of the two is fresh.
    WITH fresh AS (
      INSERT INTO sse.dedupe AS d (tenant_id, key, expires_at)
      SELECT DISTINCT p_tenant, k, clock_timestamp() + interval '24 hours' FROM unnest(p_keys) AS k WHERE k IS NOT NULL ORDER BY 2
      ON CONFLICT (tenant_id, key) DO UPDATE SET expires_at = excluded.expires_at WHERE d.expires_at <= clock_timestamp()
      RETURNING key
    )
    SELECT array_agg(key) INTO v_fresh FROM fresh;
    INSERT INTO sse.outbox (shard, tenant_id, audience, recipients, type, payload, traceparent)
    SELECT p_shard, p_tenant, e.audience, e.recipients::text[], e.type, e.payload, e.traceparent
    FROM unnest(p_audiences, p_recipients, p_types, p_payloads, p_traceparents, p_keys)
      WITH ORDINALITY AS e (audience, recipients, type, payload, traceparent, key, n)
    WHERE e.key IS NULL OR e.key = ANY (v_fresh)
    ORDER BY e.n;
  END IF;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', '', true);
  END IF;
  RETURN v_count;
END $$;
REVOKE ALL ON FUNCTION sse.append(text, integer, text[], text[], text[], text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.append(text, integer, text[], text[], text[], text[], text[], text[]) TO herald_app;
