-- Days that have rows in the default partition because their partition was not created in time. Reads the ranges between the
-- partitions, which the planner can prune by: "not one of these days" reads every row of the log, once a minute on every server.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.log_days_in_default(p_known date[]) RETURNS SETOF date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_low date := '-infinity';
  v_high date;
BEGIN
  FOR v_high IN SELECT d FROM unnest(p_known || 'infinity'::date) AS d ORDER BY d LOOP
    IF v_low = '-infinity' OR v_high = 'infinity' OR v_high > v_low + 1 THEN
      RETURN QUERY SELECT DISTINCT l.day FROM sse.event_log l WHERE l.day >= v_low + 1 AND l.day < v_high ORDER BY 1;
    END IF;
    v_low := v_high;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION sse.log_days_in_default(date[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.log_days_in_default(date[]) TO herald_owner;
