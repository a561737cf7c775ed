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
export interface LogNode extends PostgresSse {
  readonly told: LogReports;
}

/** Starts an event log over this database. Stop it with {@link stopLogNode}. */
export async function startLogNode(
  database: Pick<TestDatabase, 'url'>,
  options: Partial<PostgresSseOptions> = {},
): Promise<LogNode> {
  const told: LogReports = { announced: [], observed: [], wakeUps: [], identityChanges: 0, errors: [] };
  const sse = createPostgresSse({
    connectionString: database.url,
    nodeId: 'test-node',
    onError: (what, error) => told.errors.push(`${what}: ${String(error)}`),
    ...options,
  });
  await sse.eventLog.start({
    announce: (hint) => told.announced.push(hint),
    observe: (hint) => told.observed.push(hint),
    wakeUp: (shard) => told.wakeUps.push(shard),
    identityChanged: () => (told.identityChanges += 1),
  });
  return { ...sse, told };
}

/** Stops sequencing, then closes all connections. */
export async function stopLogNode(node: LogNode): Promise<void> {
  await node.eventLog.stop();
  await node.stop();
}
