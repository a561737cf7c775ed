import { setTimeout as delay } from 'node:timers/promises';
import { type Service, startService, type ServiceEnvironment } from '../../support/service.js';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';
import type { ServiceTree } from './service-tree.js';

const RESTART_PAUSE_MS = 200;
const READY_TIMEOUT_MS = 60_000;

/** One process of the service, with its own proxies. It is restarted whenever it ends, as by an init system. */
export class ChaosServer {
  #service: Service | null = null;
  #isWanted = true;
  #isPaused = false;
  #expectsEnd = false;
  #lastFailure = '';
  readonly #running: Promise<void>;
  /** Output of processes that ended although they were not killed and the database was available. */
  readonly unexpectedExits: string[] = [];

  private constructor(
    readonly name: string,
    /** Clients connect through this proxy. */
    readonly clients: FaultProxy,
    /** The process connects to PostgreSQL through this proxy. */
    readonly database: FaultProxy,
    private readonly tree: ServiceTree,
    private readonly environment: ServiceEnvironment,
  ) {
    this.#running = this.#keepRunning();
  }

  static async start(
    name: string,
    tree: ServiceTree,
    postgresPort: number,
    environmentFor: (databasePort: number) => ServiceEnvironment,
  ): Promise<ChaosServer> {
    const [clients, database] = await Promise.all([startFaultProxy(), startFaultProxy(postgresPort)]);
    return new ChaosServer(name, clients, database, tree, environmentFor(database.port));
  }

  /** Through the proxy; constant across restarts. */
  get url(): string {
    return `http://127.0.0.1:${this.clients.port}`;
  }

  /** Process id while it runs. */
  get pid(): number | null {
    return this.#service?.pid ?? null;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Everything that the running process wrote. */
  get output(): string {
    return this.#service?.output() ?? '';
  }

  /** @throws Error with the last failed start if it does not become ready. */
  async untilReady(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (this.#service === null && this.#isWanted) {
      if (Date.now() > deadline) throw new Error(`Server ${this.name} did not start: ${this.#lastFailure}`);
      await delay(20);
    }
  }

  /** SIGKILL, or SIGTERM for an orderly end; it restarts by itself. @returns whether a process was running. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<boolean> {
    const service = this.#service;
    if (service === null) return false;
    this.#expectsEnd = true;
    this.#isPaused = false;
    await service.stop(signal);
    return true;
  }

  /** SIGSTOP. @returns false if no process was running. */
  pause(): boolean {
    if (this.#service === null) return false;
    process.kill(this.#service.pid, 'SIGSTOP');
    return (this.#isPaused = true);
  }

  /** SIGCONT */
  resume(): void {
    if (this.#service && this.#isPaused) process.kill(this.#service.pid, 'SIGCONT');
    this.#isPaused = false;
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    this.resume();
    await this.end('SIGKILL');
    await this.#running;
    await Promise.all([this.clients.close(), this.database.close()]);
  }

  async #keepRunning(): Promise<void> {
    while (this.#isWanted) {
      let service: Service;
      try {
        service = await startService(this.environment, { entry: this.tree.entry, directory: this.tree.root });
      } catch (error) {
        // Most likely the database is down. An init system would retry as well.
        this.#lastFailure = String(error);
        await delay(RESTART_PAUSE_MS);
        continue;
      }
      this.#expectsEnd = !this.#isWanted;
      this.#service = service;
      this.clients.pointTo(Number(new URL(service.url).port));
      if (!this.#isWanted) void service.kill();
      const { output } = await service.exit;
      this.clients.pointTo(null);
      this.#service = null;
      if (!this.#expectsEnd) this.unexpectedExits.push(output);
    }
  }
}
