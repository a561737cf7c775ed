-- sse.sequence() for a caller that names the log of its snapshot. A promoted replica or a restored backup counts transactions
-- from a lower number than the snapshot: the first commits would stay invisible while later ones are sequenced.
-- Raises HS002 when the log is another one; the caller then calls identify_log() and starts with an empty snapshot.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.sequence_turn(
  p_log uuid, p_shard integer, p_owner text, p_term bigint, p_limit integer, p_previous pg_snapshot, p_span bigint DEFAULT NULL
) RETURNS TABLE (snapshot pg_snapshot, taken integer, no bigint, heads jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF sse.identify_log() IS DISTINCT FROM p_log THEN
    RAISE EXCEPTION 'the log is not % any more', p_log USING ERRCODE = 'HS002';
  END IF;
  RETURN QUERY SELECT * FROM sse.sequence(p_shard, p_owner, p_term, p_limit, p_previous, p_span);
END $$;
REVOKE ALL ON FUNCTION sse.sequence_turn(uuid, integer, text, bigint, integer, pg_snapshot, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.sequence_turn(uuid, integer, text, bigint, integer, pg_snapshot, bigint) TO herald_app;
