import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase } from '../../src/database/running-database.js';
import { freePort } from '../support/free-port.js';
import { type ProxyName, type ProxyServer, PROXIES, startProxy } from '../support/proxy-server.js';
import { findProgram } from '../support/find-program.js';
import { ClusterServer } from './cluster-server.js';

/** Options of a cluster on one machine. */
export interface LocalClusterOptions {
  readonly servers: number;
  /** @defaultValue the first that is installed, of HAProxy and nginx */
  readonly proxy?: ProxyName;
  /** More settings of the service, such as `SSE_BACKPLANE` and `REDIS_URL`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives what was started, line by line. */
  readonly report?: (line: string) => void;
}

/** One PostgreSQL, some servers, and a proxy in front of them, all on free ports of the loopback interface. */
export class LocalCluster {
  private constructor(
    readonly servers: readonly ClusterServer[],
    readonly proxy: ProxyServer,
    /** The secret that signs the tokens. */
    readonly jwtSecret: string,
    private readonly cleanups: readonly (() => Promise<unknown>)[],
  ) {}

  /** Resolves when every server accepts traffic. @throws Error if no proxy is installed; it leaves nothing running. */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    const proxyName = chooseProxy(options.proxy);
    const report = options.report ?? (() => undefined);
    const cleanups: (() => Promise<unknown>)[] = [];
    const dataDir = mkdtempSync(join(tmpdir(), 'herald-cluster-'));
    cleanups.unshift(() => Promise.resolve(rmSync(dataDir, { recursive: true, force: true })));
    try {
      const database = await startDatabase({ dataDir });
      cleanups.unshift(() => database.embedded?.stop() ?? Promise.resolve());
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
      const ports = await Promise.all(Array.from({ length: options.servers }, freePort));
      const servers = ports.map((port, index) => new ClusterServer(`server-${index + 1}`, port, environment));
      cleanups.unshift(() => Promise.all(servers.map((server) => server.stop())));
      // The first server starts alone, because it sets up the database.
      await servers[0]?.start();
      await Promise.all(servers.slice(1).map((server) => server.start()));
      for (const server of servers) report(`${server.name} at ${server.url} (pid ${await server.pid()})`);
      const proxy = await startProxy(proxyName, ports);
      cleanups.unshift(() => proxy.stop());
      report(`${proxy.name} at ${proxy.url}`);
      return new LocalCluster(servers, proxy, jwtSecret, cleanups);
    } catch (error) {
      for (const step of cleanups) await step().catch(() => undefined);
      throw error;
    }
  }

  /** Ends everything in reverse order. */
  async stop(): Promise<void> {
    for (const step of this.cleanups) await step();
  }
}

/** The superuser's URL of the service's database. */
function adminUrl(serverUrl: string, appUrl: string): string {
  const url = new URL(serverUrl);
  url.pathname = new URL(appUrl).pathname;
  return url.href;
}

/**
 * Chooses the requested proxy, or the first that is installed.
 * @throws Error that names the package to install.
 */
export function chooseProxy(
  requested: ProxyName | undefined,
  find: (name: ProxyName) => string | null = findProgram,
): ProxyName {
  const candidates = requested === undefined ? PROXIES : [requested];
  const found = candidates.find((name) => find(name) !== null);
  if (found !== undefined) return found;
  throw new Error(
    `A cluster needs ${candidates.join(' or ')} in front of its servers, and none is in the PATH or /usr/sbin. ` +
      `Install one (Debian, Ubuntu: apt-get install ${candidates[0]}; macOS: brew install ${candidates[0]}).`,
  );
}
