import { randomBytes } from 'node:crypto';
import pg, { type Pool } from 'pg';
import type { Backplane } from '../../backplane/backplane.js';
import { type Clock, systemClock } from '@nest-herald/platform';
import type { ControlMailbox } from '../../seams/control-mailbox.js';
import type { Presence } from '../../presence/presence.js';
import type { RevocationStore } from '../../seams/revocation-store.js';
import { SseError } from '../../vocabulary/sse.errors.js';
import type { TicketStore } from '../../seams/ticket-store.js';
import { outliveBrokenConnection, withRole } from '@nest-herald/platform/postgres';
import { ListenBackplane } from './backplane/listen-backplane.js';
import { PostgresEventLog } from './event-log/postgres-event-log.js';
import { PostgresPresence } from './presence/postgres-presence.js';
import { PostgresTicketStore } from './control/postgres-ticket-store.js';

/** Where the database is and how it is used. */
export interface PostgresSseOptions {
  /** URL of a login that is a member of `herald_app`; every connection switches to that role. Run `migrate()` of `@nest-herald/migrations` first. */
  readonly connectionString: string;
  /** URL of a direct connection for LISTEN, which a transaction-mode pooler does not support. @defaultValue `connectionString` */
  readonly listenUrl?: string;
  /** Name of this server in the cluster; appears in leases and in `pg_stat_activity`. */
  readonly nodeId: string;
  /**
   * Number of independent sequencers; raise it beyond 9,000 events/s. All servers need the same number: a server with another one
   * refuses to start, so stop all servers to change it. 1–64. @defaultValue 1
   */
  readonly shards?: number;
  /** How long events stay in the log, in whole days. 1–365. @defaultValue 7 */
  readonly retentionDays?: number;
  /**
   * Connections for reads (live events, replay, tickets, presence), and as many again for publishing without a transaction of the
   * caller, which must not delay reads; opened on demand. 1–100. @defaultValue 6
   */
  readonly poolSize?: number;
  /** How long a user may have no connection on any server before being announced as offline, in ms. 1–300,000. @defaultValue 10,000 */
  readonly offlineGraceMs?: number;
  /** Measures how long this server may trust its leases; they end by the clock of the database. @defaultValue the system clock */
  readonly clock?: Clock;
  /** Called with each error in the background; the adapters recover by themselves. @defaultValue errors are ignored */
  readonly onError?: (what: string, error: unknown) => void;
}

/** The seams of `SseModule` in PostgreSQL. The hub starts and stops them; afterwards `stop` closes the pools. */
export interface PostgresSse {
  readonly eventLog: PostgresEventLog;
  readonly presence: Presence;
  readonly ticketStore: TicketStore;
  readonly revocationStore: RevocationStore;
  /** Needs {@link presence} of the same database: it refuses requests to a server that presence does not know. */
  readonly controlMailbox: ControlMailbox;
  /** LISTEN/NOTIFY; leave it out when Redis or NATS carries the hints. */
  readonly backplane: Backplane;
  /** Closes all connections. Call it after the hub has stopped. */
  readonly stop: () => Promise<void>;
}

/** Sequencing, leases, tail, presence and NOTIFY need few connections together, but must never wait for readers. */
const CONTROL_CONNECTIONS = 4;

/**
 * Creates everything that `SseModule` can keep in PostgreSQL, over pools of its own in the role `herald_app`. It connects when
 * the hub starts.
 *
 * @throws SseError `ERR_SSE_INVALID_OPTIONS`, naming every fault.
 */
export function createPostgresSse(options: PostgresSseOptions): PostgresSse {
  const {
    shards = 1,
    retentionDays = 7,
    poolSize = 6,
    offlineGraceMs = 10_000,
    clock = systemClock,
    onError = () => undefined,
  } = options;
  checkOptions(options, { shards, retentionDays, poolSize, offlineGraceMs });
  const pool = createPool(options, 'read', poolSize, onError);
  const publishPool = createPool(options, 'publish', poolSize, onError);
  const controlPool = createPool(options, 'control', CONTROL_CONNECTIONS + shards, onError);
  const owner = `${options.nodeId}.${randomBytes(6).toString('base64url')}`;
  const eventLog = new PostgresEventLog({
    pool,
    publishPool,
    controlPool,
    owner,
    shards,
    retentionDays,
    clock,
    onError,
  });
  return {
    eventLog,
    presence: new PostgresPresence({ pool, controlPool, clock, offlineGraceMs, onError }),
    ticketStore: new PostgresTicketStore(pool),
    revocationStore: eventLog.revocationStore,
    controlMailbox: eventLog.controlMailbox,
    backplane: new ListenBackplane({
      pool: controlPool,
      listenUrl: withRole(options.listenUrl ?? options.connectionString),
      onError,
    }),
    stop: async () => {
      await Promise.all([pool.end(), publishPool.end(), controlPool.end()]);
    },
  };
}

function createPool(
  options: PostgresSseOptions,
  purpose: string,
  max: number,
  onError: (what: string, error: unknown) => void,
): Pool {
  const pool = new pg.Pool({
    connectionString: withRole(options.connectionString),
    application_name: `herald-sse-${purpose} ${options.nodeId}`,
    max,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    onConnect: outliveBrokenConnection,
  });
  // Without a listener, the error of a broken idle connection would end the process.
  pool.on('error', (error) => onError('An idle connection broke', error));
  return pool;
}

const KNOWN: readonly (keyof PostgresSseOptions)[] = [
  'connectionString',
  'listenUrl',
  'nodeId',
  'shards',
  'retentionDays',
  'poolSize',
  'offlineGraceMs',
  'clock',
  'onError',
];

/** The allowed maximum; the minimum is 1. */
const RANGES = { shards: 64, retentionDays: 365, poolSize: 100, offlineGraceMs: 300_000 } as const;

function checkOptions(options: PostgresSseOptions, numbers: Readonly<Record<keyof typeof RANGES, number>>): void {
  const { connectionString, listenUrl, nodeId } = options;
  const faults = Object.keys(options)
    .filter((name) => !(KNOWN as readonly string[]).includes(name))
    .map((name) => `${name} is not an option`);
  for (const [name, url] of Object.entries({ connectionString, listenUrl: listenUrl ?? connectionString })) {
    if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) faults.push(`${name} must be a postgres:// URL`);
  }
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(nodeId))
    faults.push(`nodeId must be 1 to 64 characters out of A-Z a-z 0-9 _ -, got ${JSON.stringify(nodeId)}`);
  for (const [name, max] of Object.entries(RANGES) as [keyof typeof RANGES, number][]) {
    const value = numbers[name];
    if (!Number.isInteger(value) || value < 1 || value > max)
      faults.push(`${name} must be a whole number from 1 to ${max}, got ${value}`);
  }
  if (faults.length > 0) throw new SseError('ERR_SSE_INVALID_OPTIONS', `createPostgresSse: ${faults.join('; ')}.`);
}
