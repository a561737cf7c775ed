import { SqlMigration } from './sql-migration.js';

const HEAD = 'CREATE OR REPLACE FUNCTION sse.log_stray_days(p_known date[]) RETURNS SETOF date';
const SECURE = 'STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp';
/** Only its owner may replace a function, and an owner needs CREATE for it. */
const AS_SYSTEM = 'GRANT CREATE ON SCHEMA sse TO herald_system;\nSET LOCAL ROLE herald_system;';
const AS_OWNER = 'SET LOCAL ROLE herald_owner;\nREVOKE CREATE ON SCHEMA sse FROM herald_system;';

/** Maintenance reads the default partition, not the whole log (delivery.md §2 "Tables"). */
export class SseStrayDays1700000000013 extends SqlMigration {
  readonly name = 'SseStrayDays1700000000013';

  protected readonly upSql = `
${AS_SYSTEM}
-- Days that have rows in the default partition: nobody made a partition in time. Asked for as the ranges between the partitions,
-- which the planner can prune by: "not one of these days" reads every row of the log, once a minute on every node.
${HEAD}
LANGUAGE plpgsql ${SECURE} SET plan_cache_mode = force_custom_plan AS $$
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
${AS_OWNER}
`;

  protected readonly downSql = `
${AS_SYSTEM}
${HEAD}
LANGUAGE sql ${SECURE} AS $$
  SELECT DISTINCT l.day FROM sse.event_log l WHERE l.day <> ALL (p_known) ORDER BY 1
$$;
${AS_OWNER}
`;
}
