import { exists, recordOf } from './history.js';
import { MigrationError } from './migration-error.js';
import { ALL_PACKAGES } from './packages.js';
import type { Statement } from './script.js';
import type { Session } from './session.js';
import { sqlFilesOf, type SqlFile } from './sql-file.js';

/** The TypeORM migrations of version 0.1.0, in the order in which they ran. The baselines make the same schema. */
const FIRST_VERSION: readonly string[] = [
  'SseLog1700000000001',
  'SsePublishing1700000000002',
  'SseMaintenance1700000000003',
  'SsePresence1700000000004',
  'SsePresenceFunctions1700000000005',
  'SseControl1700000000006',
  'SseObservability1700000000008',
  'SseSequenceTurn1700000000009',
  'SsePresenceSessions1700000000010',
  'SseLimits1700000000011',
  'SseLeaseEnds1700000000012',
  'SseStrayDays1700000000013',
  'SseBacklog1700000000014',
  'Platform1700000000100',
  'Notifications1700000000200',
  'Directory1700000000300',
  'Demo1700000000390',
  'Approvals1700000000400',
];

/** Functions of the first version that have other names now, or no use. */
const OBSOLETE_FUNCTIONS: readonly string[] = [
  'beat(text, uuid, integer, boolean)',
  'bury_nodes(integer)',
  'clear_nodes(text[], uuid[], timestamptz[], integer)',
  'crowds(text[], text[], integer)',
  'known_shards()',
  'leave(text, uuid)',
  'log_lift_day(date)',
  'log_lower_day()',
  'log_stray_days(date[])',
  'say_goodbye(text, uuid, integer)',
  'unled_shards(integer[])',
  'write_connections(text, uuid, jsonb, text[])',
];

/** Where a database without a history of its own stands. */
export type Beginning = 'empty' | 'first-version';

/**
 * Finds out what a database without a history is.
 *
 * @throws MigrationError `ERR_MIGRATION_UNKNOWN_HISTORY` when it is neither empty nor exactly the first version.
 */
export async function beginningOf(session: Session): Promise<Beginning> {
  const names = (await exists(session, 'herald.migration'))
    ? (await session.query<{ name: string }>('SELECT name FROM herald.migration ORDER BY id')).rows.map(
        (row) => row.name,
      )
    : [];
  if (names.length === 0) {
    if (await hasTables(session)) {
      throw unknownHistory('The database has tables of Nest Herald and no history of migrations');
    }
    return 'empty';
  }
  const missing = FIRST_VERSION.filter((name) => !names.includes(name));
  const foreign = names.filter((name) => !FIRST_VERSION.includes(name));
  if (missing.length === 0 && foreign.length === 0) return 'first-version';
  const faults = [
    ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
    ...(foreign.length > 0 ? [`has ${foreign.join(', ')}`] : []),
  ];
  throw unknownHistory(`The history herald.migration is not the one of version 0.1.0: it ${faults.join(', and ')}`);
}

/** The baselines, which the first version counts as: its schema is theirs. */
export function baselines(): readonly SqlFile[] {
  return ALL_PACKAGES.flatMap((name) => sqlFilesOf(name)).filter((file) => file.name === '0001-baseline.sql');
}

/** Statements that replace the history of the first version by this one. */
export function conversion(): readonly Statement[] {
  return [
    ...baselines().map((file) => ({ sql: recordOf(file) })),
    ...OBSOLETE_FUNCTIONS.map((signature) => ({ sql: `DROP FUNCTION sse.${signature};` })),
    { sql: 'DROP TABLE herald.migration;' },
  ];
}

async function hasTables(session: Session): Promise<boolean> {
  const { rows } = await session.query(`SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE nspname IN ('sse', 'herald') AND relkind IN ('r', 'p') AND relname NOT IN ('migration', 'schema_history') LIMIT 1`);
  return rows.length > 0;
}

function unknownHistory(fault: string): MigrationError {
  return new MigrationError(
    'ERR_MIGRATION_UNKNOWN_HISTORY',
    `${fault}. Restore a backup of a released version, or use an empty database.`,
  );
}
