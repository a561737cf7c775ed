-- sse.append() for one event without a deduplication key, which most publications are: half the cost.
CREATE OR REPLACE FUNCTION sse.append_one(
  p_tenant text, p_shard integer, p_audience text, p_recipients text[], p_type text, p_payload text, p_traceparent text
) RETURNS integer
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
  v_tenant text := nullif(current_setting('herald.tenant_id', true), '');
BEGIN
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', p_tenant, true);
  ELSIF v_tenant <> p_tenant THEN
    RAISE EXCEPTION 'transaction belongs to another tenant' USING ERRCODE = 'HS002';
  END IF;
  INSERT INTO sse.outbox (shard, tenant_id, audience, recipients, type, payload, traceparent)
  VALUES (p_shard, p_tenant, p_audience, p_recipients, p_type, p_payload, p_traceparent);
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', '', true);
  END IF;
  RETURN 1;
END $$;
REVOKE ALL ON FUNCTION sse.append_one(text, integer, text, text[], text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.append_one(text, integer, text, text[], text, text, text) TO herald_app;
