-- One turn of the sequencer: moves committed events from the outbox to the log and numbers them.
-- With p_span it reads only ids up to that distance from the id of its oldest row. Those are the lowest ids, so the order
-- is the same as with all rows; but a turn with fewer events than the limit does not prove then that the outbox is empty.
-- The index returns the ids, so rows beyond the span are not read. Tenants are joined by hash: with nested loops a turn
-- compares every event with every tenant.
-- Returns no events: a paused caller must not be able to delay the commit.
-- Raises HS001 when the caller does not hold the lease of the shard.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.sequence(
  p_shard integer, p_owner text, p_term bigint, p_limit integer, p_previous pg_snapshot, p_span bigint DEFAULT NULL
) RETURNS TABLE (snapshot pg_snapshot, taken integer, no bigint, heads jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The outbox is empty or huge, so statistics are always wrong: only the index (shard, xid, id) is right.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
SET enable_nestloop = off
SET jit = off
SET work_mem = '32MB'
SET lock_timeout = '1s'
AS $$
#variable_conflict use_column
DECLARE
  v_open xid8[] := ARRAY(SELECT pg_snapshot_xip(p_previous));
  v_from xid8 := pg_snapshot_xmax(p_previous);
  v_up_to bigint := 9223372036854775807;
  v_day date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
  PERFORM FROM sse.lease l
  WHERE l.shard = p_shard AND l.owner = p_owner AND l.term = p_term AND l.until > clock_timestamp()
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'fenced: % does not hold shard % with term %', p_owner, p_shard, p_term USING ERRCODE = 'HS001';
  END IF;
  -- Before the scan: the next turn finds again what commits between the two. In the other order it would be lost.
  snapshot := pg_current_snapshot();
  IF p_span IS NOT NULL THEN
    SELECT o.id + p_span INTO v_up_to FROM sse.outbox o
    WHERE o.shard = p_shard AND o.xid >= v_from ORDER BY o.xid, o.id LIMIT 1;
  END IF;
  WITH picked AS MATERIALIZED (
    -- Exactly the rows that the previous snapshot could not see. Rows that it could see were taken, or never existed.
    SELECT c.row_at FROM (
      SELECT o.ctid AS row_at, o.id FROM sse.outbox o WHERE o.shard = p_shard AND o.xid >= v_from AND o.id <= v_up_to
      UNION ALL
      SELECT o.ctid, o.id FROM sse.outbox o WHERE o.shard = p_shard AND o.xid = ANY (v_open) AND o.id <= v_up_to
    ) c
    ORDER BY c.id
    LIMIT p_limit
  ), moved AS (
    DELETE FROM sse.outbox o WHERE o.ctid = ANY (ARRAY(SELECT row_at FROM picked))
    RETURNING o.id, o.tenant_id, o.audience, o.recipients, o.type, o.payload, o.traceparent, o.created_at,
      sse.is_deliverable(o.tenant_id, o.audience, o.recipients, o.type, o.payload) AS ok
  ), tenants AS MATERIALIZED (
    -- Once per tenant; inlined, the planner would do it once per event.
    SELECT t.tenant_id, greatest(
      (SELECT l.seq FROM sse.event_log l WHERE l.tenant_id = t.tenant_id ORDER BY l.seq DESC LIMIT 1),
      (SELECT h.checkpoint FROM sse.head h WHERE h.tenant_id = t.tenant_id),
      0) AS head
    FROM (SELECT DISTINCT m.tenant_id FROM moved m) t
  ), numbered AS (
    SELECT m.*, t.head + row_number() OVER (PARTITION BY m.tenant_id ORDER BY m.id) AS seq
    FROM moved m JOIN tenants t ON t.tenant_id = m.tenant_id
  ), logged AS (
    INSERT INTO sse.event_log (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
    SELECT n.tenant_id, n.seq, CASE WHEN ok THEN n.audience ELSE 'none' END, CASE WHEN ok THEN n.recipients END,
           CASE WHEN ok THEN n.type ELSE 'tombstone' END, CASE WHEN ok THEN n.payload ELSE '' END,
           CASE WHEN ok THEN n.traceparent END, n.created_at, v_day
    FROM numbered n
  ), aside AS (
    INSERT INTO sse.set_aside (tenant_id, seq, audience, recipients, type, payload, created_at)
    SELECT n.tenant_id, n.seq, n.audience, n.recipients, n.type, n.payload, n.created_at FROM numbered n WHERE NOT n.ok
  ), tops AS (
    SELECT n.tenant_id, max(n.seq) AS head, count(*) AS events FROM numbered n GROUP BY n.tenant_id
  )
  SELECT coalesce(sum(t.events), 0)::integer, coalesce(jsonb_object_agg(t.tenant_id, t.head), '{}')
  INTO taken, heads FROM tops t;
  IF taken > 0 THEN
    INSERT INTO sse.batch (shard, no, heads)
    VALUES (p_shard, coalesce((SELECT b.no FROM sse.batch b WHERE b.shard = p_shard ORDER BY b.no DESC LIMIT 1), 0) + 1, heads)
    RETURNING batch.no INTO no;
  END IF;
  RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION sse.sequence(integer, text, bigint, integer, pg_snapshot, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.sequence(integer, text, bigint, integer, pg_snapshot, bigint) TO herald_app;
