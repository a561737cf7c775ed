-- Redeems a ticket: one of several concurrent calls gets the row. Only the ticket knows its tenant.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.redeem_ticket(p_hash bytea)
RETURNS TABLE (principal jsonb, origin text, expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH spent AS (DELETE FROM sse.ticket t WHERE t.hash = p_hash RETURNING t.principal, t.origin, t.expires_at)
    SELECT s.principal, s.origin, s.expires_at FROM spent s WHERE s.expires_at > clock_timestamp();
END $$;
REVOKE ALL ON FUNCTION sse.redeem_ticket(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.redeem_ticket(bytea) TO herald_app;
