-- Whether an event can be encoded and found. An event that cannot is set aside, and a tombstone takes its seq.
CREATE OR REPLACE FUNCTION sse.is_deliverable(p_tenant text, p_audience text, p_recipients text[], p_type text, p_payload text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  -- Lengths and patterns are separate: a bounded repetition costs ten times as much.
  SELECT length(p_tenant) <= 128 AND p_tenant ~ '^[A-Za-z0-9_.@|-]+$'
     AND length(p_audience) BETWEEN 1 AND 264 AND p_audience !~ '[[:cntrl:]]'
     AND length(p_type) <= 64 AND p_type ~ '^[A-Za-z0-9_.:-]+$'
     AND octet_length(p_payload) <= 65536
     AND CASE WHEN p_audience = 'users' THEN coalesce(cardinality(p_recipients) BETWEEN 1 AND 500, false) ELSE p_recipients IS NULL END
$$;
REVOKE ALL ON FUNCTION sse.is_deliverable(text, text, text[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.is_deliverable(text, text, text[], text, text) TO herald_system;
