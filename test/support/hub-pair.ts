import type { Backplane } from '@nest-herald/sse/spi';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
import { MemoryHub, type MemoryHubParts, type RecordingSink } from '@nest-herald/sse/testing';
import type { TestDatabase } from './test-database.js';

/** Two hubs of one cluster over a real event log, each with one connection of the same tenant. */
export interface HubPair {
  readonly tenant: string;
  readonly hubs: readonly [MemoryHub, MemoryHub];
  readonly sinks: readonly [RecordingSink, RecordingSink];
  stop(): Promise<void>;
}

/** @param backplane creates the backplane of one hub. */
export async function startHubPair(
  database: TestDatabase,
  tenant: string,
  backplane: (index: 0 | 1) => Backplane,
): Promise<HubPair> {
  const logs: PostgresSse[] = [];
  const hubs: MemoryHub[] = [];
  const stop = async (): Promise<void> => {
    for (const { hub } of hubs) await hub.stop();
    for (const log of logs) await log.stop();
  };
  const options: NonNullable<MemoryHubParts['options']> = { maxQueuedBytes: 0 };
  const start = async (index: 0 | 1): Promise<MemoryHub> => {
    const nodeId = `hub-${index}`;
    const log = createPostgresSse({ connectionString: database.url, nodeId });
    logs.push(log);
    const hub = await MemoryHub.start({ nodeId, eventLog: log.eventLog, backplane: backplane(index), options });
    hubs.push(hub);
    return hub;
  };
  try {
    const pair = [await start(0), await start(1)] as const;
    const sinks = [(await pair[0].connect({ tenant })).sink, (await pair[1].connect({ tenant })).sink] as const;
    return { tenant, hubs: pair, sinks, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
