import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { TEST_JWT_SECRET } from '../../support/service.js';
import type { BrokerServer } from '../../support/broker-server.js';
import { ChaosServer } from './chaos-server.js';
import type { PostgresServer } from './postgres-server.js';
import type { ServiceTree } from './service-tree.js';

/** The parts of a cluster. */
export interface ClusterOptions {
  readonly postgres: PostgresServer;
  readonly database: string;
  readonly tree: ServiceTree;
  readonly servers: number;
  readonly shards: number;
  /** `memory` carries nothing between servers: only the batch tail does. */
  readonly backplane: 'postgres' | 'memory' | BrokerServer;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The servers of one database. */
export class ChaosCluster {
  private constructor(
    readonly options: ClusterOptions,
    readonly servers: readonly ChaosServer[],
  ) {}

  /** Resolves when every server is ready. */
  static async start(options: ClusterOptions): Promise<ChaosCluster> {
    const { postgres, database, backplane } = options;
    const environmentFor = (port: number) => ({
      DATABASE_URL: postgres.url(database, port),
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_SHARDS: String(options.shards),
      SSE_CONNECTS_PER_MINUTE: '0',
      SSE_HEARTBEAT_MS: '5000',
      // The bounds of a replay are tested elsewhere. Here each resync would excuse a loss.
      SSE_REPLAY_MAX_EVENTS: '100000',
      LOG_LEVEL: 'warn',
      ...(typeof backplane === 'string' ? { SSE_BACKPLANE: backplane } : backplane.environment),
      ...options.environment,
    });
    const names = Array.from({ length: options.servers }, (_, index) => `n${index}`);
    const servers = await Promise.all(
      names.map((name) => ChaosServer.start(name, options.tree, postgres.port, environmentFor)),
    );
    const cluster = new ChaosCluster(options, servers);
    try {
      await cluster.untilReady();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get postgres(): PostgresServer {
    return this.options.postgres;
  }

  async untilReady(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.untilReady()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  /** The server that owns a shard's sequencer now, or null while that is not certain. */
  async owner(shard = 0): Promise<ChaosServer | null> {
    const lease = await this.lease(shard);
    return this.servers.find((server) => server.pid !== null && server.pid === lease?.pid) ?? null;
  }

  /** Waits until one of the running servers owns the sequencer. @throws Error after the timeout. */
  async untilOwned(timeoutMs = 60_000): Promise<ChaosServer> {
    await this.untilReady();
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const owner = await this.owner().catch(() => null);
      if (owner) return owner;
      if (Date.now() > deadline)
        throw new Error(`No server took the lease within ${timeoutMs} ms.\n${await this.describe()}`);
      await delay(20);
    }
  }

  /** Leases and output, for the error of a cluster that does not recover. */
  async describe(): Promise<string> {
    const leases = await this.#query('SELECT *, until > clock_timestamp() AS holds FROM sse.lease', []).catch(String);
    const servers = this.servers.map((server) => `${server.name} pid ${server.pid}: ${server.output.slice(-1_500)}`);
    return [`leases: ${JSON.stringify(leases)}`, ...servers].join('\n');
  }

  async lease(shard = 0): Promise<{ readonly owner: string; readonly pid: number } | null> {
    const [row] = await this.#query<{ owner: string }>(
      'SELECT owner FROM sse.lease WHERE shard = $1 AND until > clock_timestamp()',
      [shard],
    );
    return row ? { owner: row.owner, pid: Number(/-(\d+)\.[^.]*$/.exec(row.owner)?.[1]) } : null;
  }

  #query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    return this.postgres.query<Row>(this.options.database, text, values);
  }
}
