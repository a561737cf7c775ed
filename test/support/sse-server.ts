import { type ClusterSlots, PRESENCE, type Presence } from '@nest-herald/sse/spi';
import type { SseOptions } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { SseApp } from './sse-app.js';
import type { TestDatabase } from './test-database.js';

/** A test application that is one server of a cluster over one PostgreSQL. */
export interface SseServer {
  readonly sse: SseApp;
  /** Errors of the background. */
  readonly errors: readonly string[];
  /** Resolves when the open connections are in the database, where every other server sees them. */
  written(): Promise<void>;
  /** Detects servers that have started since, without waiting for the next lease renewal. */
  detectServers(): Promise<void>;
  stop(): Promise<void>;
}

/** @param slots members of `clusterSlots` that the test replaces. */
export async function startSseServer(
  database: TestDatabase,
  nodeId: string,
  options: Partial<SseOptions> = {},
  slots: Partial<ClusterSlots> = {},
): Promise<SseServer> {
  const errors: string[] = [];
  const onError = (what: string, error: unknown): void => void errors.push(`${what}: ${String(error)}`);
  const { stop, ...seams } = createPostgresSse({ connectionString: database.url, nodeId, onError });
  const { presence } = seams;
  const patched = withMembers<Presence>(presence, { clusterSlots: withMembers(presence.clusterSlots!, slots) });
  const sse = await SseApp.start({
    options: { ...seams, presence: patched, connectsPerMinute: 0, pollsPerMinute: 0, ...options },
    extras: { websocket: true },
  });
  return {
    sse,
    errors,
    written: async () => void (await sse.app.get<Presence>(PRESENCE).counts(null)),
    detectServers: () => presence.setDraining(false),
    stop: async () => {
      await sse.stop();
      await stop();
    },
  };
}

/** The same object with some members replaced; its own methods keep their `this`. */
function withMembers<T extends object>(whole: T, members: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name): unknown {
      if (name in members) return Reflect.get(members, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
