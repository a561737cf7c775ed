-- Releases leases at an orderly stop, so that the next owner need not wait for their end.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.release_leases(p_owner text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sse.lease SET until = clock_timestamp() WHERE owner = p_owner AND until > clock_timestamp()
$$;
REVOKE ALL ON FUNCTION sse.release_leases(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.release_leases(text) TO herald_app;
