import { createPostgresSse, type PostgresSse, type PostgresSseOptions } from '@nest-herald/sse/postgres';
import type { TestDatabase } from './test-database.js';

/** What a log reported while it ran. */
interface LogReports {
  /** Heads by tenant, as announced to all servers, in order. */
  readonly announced: { readonly no: number; readonly heads: Readonly<Record<string, number>> }[];
  readonly observed: { readonly no: number; readonly heads: Readonly<Record<string, number>> }[];
  readonly wakeUps: number[];
  identityChanges: number;
  readonly errors: string[];
}

/** The event log of one server of the cluster: it sequences, reads the batch tail and serves reads. */
export interface LogServer extends PostgresSse {
  readonly reports: LogReports;
}

/** Starts an event log over this database. Stop it with {@link stopLogServer}. */
export async function startLogServer(
  database: Pick<TestDatabase, 'url'>,
  options: Partial<PostgresSseOptions> = {},
): Promise<LogServer> {
  const reports: LogReports = { announced: [], observed: [], wakeUps: [], identityChanges: 0, errors: [] };
  const sse = createPostgresSse({
    connectionString: database.url,
    nodeId: 'test-node',
    onError: (what, error) => reports.errors.push(`${what}: ${String(error)}`),
    ...options,
  });
  await sse.eventLog.start({
    announce: (hint) => reports.announced.push(hint),
    observe: (hint) => reports.observed.push(hint),
    wakeUp: (shard) => reports.wakeUps.push(shard),
    identityChanged: () => (reports.identityChanges += 1),
  });
  return { ...sse, reports };
}

/** Stops sequencing, then closes all connections. */
export async function stopLogServer(server: LogServer): Promise<void> {
  await server.eventLog.stop();
  await server.stop();
}
