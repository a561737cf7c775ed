import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase } from '../../src/database/running-database.js';
import { buildService } from '../support/built-service.js';
import { freePort } from '../support/free-port.js';
import { type ProxyName, type ProxyServer, PROXIES, startProxy } from '../support/proxy-server.js';
import { findProgram } from '../support/find-program.js';
import { ClusterNode } from './cluster-server.js';

/** What a cluster on one machine is made of. */
export interface LocalClusterOptions {
  readonly nodes: number;
  /** @defaultValue the first that is installed: HAProxy, nginx */
  readonly proxy?: ProxyName;
  /** More settings of the service, such as `SSE_BACKPLANE` and `REDIS_URL`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told what was started. */
  readonly report?: (line: string) => void;
}

/** One PostgreSQL, some nodes, and a proxy in front of them, all on free ports of the loopback interface. */
export class LocalCluster {
  private constructor(
    readonly nodes: readonly ClusterNode[],
    readonly proxy: ProxyServer,
    /** What the tokens are signed with. */
    readonly jwtSecret: string,
    private readonly undo: readonly (() => Promise<unknown>)[],
  ) {}

  /** Resolves when every node takes traffic. @throws Error when no proxy is installed; nothing is left running then. */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    const proxyName = chosenProxy(options.proxy);
    const report = options.report ?? (() => undefined);
    await buildService();
    const undo: (() => Promise<unknown>)[] = [];
    const dataDir = mkdtempSync(join(tmpdir(), 'herald-cluster-'));
    undo.unshift(() => Promise.resolve(rmSync(dataDir, { recursive: true, force: true })));
    try {
      const database = await startDatabase({ dataDir });
      undo.unshift(() => database.embedded?.stop() ?? Promise.resolve());
      report(`PostgreSQL at ${database.embedded?.address ?? '?'}`);
      const jwtSecret = randomBytes(32).toString('base64url');
      const environment = {
        DATABASE_URL: database.appUrl,
        DATABASE_MIGRATION_URL: adminUrl(database.embedded?.url ?? database.appUrl, database.appUrl),
        JWT_SECRET: jwtSecret,
        TRUST_PROXY: '1',
        DRAIN_MS: '1000',
        DEMO_COMPANY: 'false',
        ...options.environment,
      };
      const ports = await Promise.all(Array.from({ length: options.nodes }, freePort));
      const nodes = ports.map((port, index) => new ClusterNode(`node-${index + 1}`, port, environment));
      undo.unshift(() => Promise.all(nodes.map((node) => node.stop())));
      // The first alone: it sets the database up.
      await nodes[0]?.start();
      await Promise.all(nodes.slice(1).map((node) => node.start()));
      for (const node of nodes) report(`${node.name} at ${node.url} (pid ${await node.pid()})`);
      const proxy = await startProxy(proxyName, ports);
      undo.unshift(() => proxy.stop());
      report(`${proxy.name} at ${proxy.url}`);
      return new LocalCluster(nodes, proxy, jwtSecret, undo);
    } catch (error) {
      for (const step of undo) await step().catch(() => undefined);
      throw error;
    }
  }

  /** Ends everything, the last that was started first. */
  async stop(): Promise<void> {
    for (const step of this.undo) await step();
  }
}

/** The superuser's login to the database of the service. */
function adminUrl(serverUrl: string, appUrl: string): string {
  const url = new URL(serverUrl);
  url.pathname = new URL(appUrl).pathname;
  return url.href;
}

/**
 * Takes the first proxy that is installed, or the wanted one.
 * @throws Error that says what to install.
 */
export function chosenProxy(
  wanted: ProxyName | undefined,
  find: (name: ProxyName) => string | null = findProgram,
): ProxyName {
  const candidates = wanted === undefined ? PROXIES : [wanted];
  const found = candidates.find((name) => find(name) !== null);
  if (found !== undefined) return found;
  throw new Error(
    `A cluster needs ${candidates.join(' or ')} in front of its nodes, and none is in the PATH or /usr/sbin. ` +
      `Install one (Debian, Ubuntu: apt-get install ${candidates[0]}; macOS: brew install ${candidates[0]}).`,
  );
}
