SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.write_connections(p_node text, p_boot uuid, p_open jsonb, p_closed text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM sse.change_connections(p_node, p_boot, 10000, p_open, (
    SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', c.tenant_id, 'userId', c.user_id, 'connectionId', c.connection_id)), '[]')
    FROM (
      SELECT o."tenantId" AS tenant_id, o."userId" AS user_id, o."connectionId" AS connection_id
      FROM jsonb_to_recordset(p_open) AS o ("tenantId" text, "userId" text, "connectionId" text)
      UNION SELECT s.tenant_id, s.user_id, s.connection_id FROM sse.connection s WHERE s.node_id = p_node AND s.boot_id = p_boot
    ) c WHERE c.connection_id = ANY (p_closed)));
END $$;
REVOKE ALL ON FUNCTION sse.write_connections(text, uuid, jsonb, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.write_connections(text, uuid, jsonb, text[]) TO herald_app;
