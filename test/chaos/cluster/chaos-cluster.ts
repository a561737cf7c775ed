import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { TEST_JWT_SECRET } from '../../support/service.js';
import type { BrokerServer } from '../../support/broker-server.js';
import { ChaosNode } from './chaos-server.js';
import type { PostgresServer } from './postgres-server.js';
import type { ServiceTree } from './service-tree.js';

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly postgres: PostgresServer;
  readonly database: string;
  readonly tree: ServiceTree;
  readonly nodes: number;
  readonly shards: number;
  /** `memory` carries nothing from node to node: only the batch tail does. */
  readonly backplane: 'postgres' | 'memory' | BrokerServer;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The nodes of one database, and what can be asked of it from outside. */
export class ChaosCluster {
  private constructor(
    readonly options: ClusterOptions,
    readonly nodes: readonly ChaosNode[],
  ) {}

  /** Resolves when every node is ready. */
  static async start(options: ClusterOptions): Promise<ChaosCluster> {
    const { postgres, database, backplane } = options;
    const environmentFor = (port: number) => ({
      DATABASE_URL: postgres.url(database, port),
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_SHARDS: String(options.shards),
      SSE_CONNECTS_PER_MINUTE: '0',
      SSE_HEARTBEAT_MS: '5000',
      // Bounds of a replay are tested elsewhere; here every jump would be an excuse.
      SSE_REPLAY_MAX_EVENTS: '100000',
      LOG_LEVEL: 'warn',
      ...(typeof backplane === 'string' ? { SSE_BACKPLANE: backplane } : backplane.environment),
      ...options.environment,
    });
    const names = Array.from({ length: options.nodes }, (_, index) => `n${index}`);
    const nodes = await Promise.all(
      names.map((name) => ChaosNode.start(name, options.tree, postgres.port, environmentFor)),
    );
    const cluster = new ChaosCluster(options, nodes);
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
    await Promise.all(this.nodes.map((node) => node.untilReady()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  /** The node that numbers a shard now, or null while nobody surely does. */
  async owner(shard = 0): Promise<ChaosNode | null> {
    const lease = await this.lease(shard);
    return this.nodes.find((node) => node.pid !== null && node.pid === lease?.pid) ?? null;
  }

  /** Waits for an owner that is one of the running nodes. @throws Error when none comes. */
  async untilOwned(timeoutMs = 60_000): Promise<ChaosNode> {
    await this.untilReady();
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const owner = await this.owner().catch(() => null);
      if (owner) return owner;
      if (Date.now() > deadline) throw new Error(`Nobody takes the lease.\n${await this.describe()}`);
      await delay(20);
    }
  }

  /** What can be said about a cluster that does not do what it should. */
  async describe(): Promise<string> {
    const leases = await this.#query('SELECT *, until > clock_timestamp() AS holds FROM sse.lease', []).catch(String);
    const nodes = this.nodes.map((node) => `${node.name} pid ${node.pid}: ${node.output.slice(-1_500)}`);
    return [`leases: ${JSON.stringify(leases)}`, ...nodes].join('\n');
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
