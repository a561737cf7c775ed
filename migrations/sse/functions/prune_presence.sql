-- Removes servers whose lease has ended, and expired tickets and revocations.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.prune_presence() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM sse.remove_expired_nodes(10000);
  DELETE FROM sse.ticket t WHERE t.expires_at < clock_timestamp();
  DELETE FROM sse.revocation r WHERE r.expires_at < clock_timestamp();
END $$;
REVOKE ALL ON FUNCTION sse.prune_presence() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.prune_presence() TO herald_app;
