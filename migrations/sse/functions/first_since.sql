-- seq of the oldest event published at or after a moment, in the tenant of the transaction; head + 1 when all are older.
-- A binary search: created_at rises with seq, except within the duration of overlapping transactions.
CREATE OR REPLACE FUNCTION sse.first_since(p_since timestamptz, p_floor bigint, p_head bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
  v_tenant text := nullif(current_setting('herald.tenant_id', true), '');
  v_low bigint := p_floor + 1;
  v_high bigint := p_head + 1;
  v_middle bigint;
BEGIN
  WHILE v_low < v_high LOOP
    v_middle := (v_low + v_high) / 2;
    IF EXISTS (SELECT FROM sse.event_log l WHERE l.tenant_id = v_tenant AND l.seq = v_middle AND l.created_at >= p_since) THEN
      v_high := v_middle;
    ELSE
      v_low := v_middle + 1;
    END IF;
  END LOOP;
  RETURN v_low;
END $$;
REVOKE ALL ON FUNCTION sse.first_since(timestamptz, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.first_since(timestamptz, bigint, bigint) TO herald_app;
