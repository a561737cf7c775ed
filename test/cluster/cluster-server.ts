import { setTimeout as delay } from 'node:timers/promises';
import { ENTRY, ROOT } from '../support/built-service.js';
import { SupervisedProcess } from '../support/supervised-process.js';
import { until } from '../support/until.js';

const START_TIMEOUT_MS = 60_000;

/** One process of the service, on a port that stays the same across restarts. */
export class ClusterServer {
  #process: SupervisedProcess | null = null;

  constructor(
    readonly name: string,
    readonly port: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  pid(): Promise<number> {
    return this.#process?.pid() ?? Promise.resolve(0);
  }

  /** Resolves when it accepts traffic. @throws Error with its output if it does not. */
  async start(): Promise<void> {
    const process_ = SupervisedProcess.start(process.execPath, [ENTRY], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.environment, PORT: `${this.port}` },
    });
    this.#process = process_;
    try {
      await until(
        `${this.name} is ready`,
        async () => {
          if (process_.hasEnded) throw new Error('it ended');
          return (await fetch(`${this.url}/ready`).catch(() => null))?.status === 200;
        },
        START_TIMEOUT_MS,
      );
    } catch (error) {
      throw new Error(`${this.name} did not become ready:\n${process_.output}`, { cause: error });
    }
  }

  /** Ends it as a process manager would. @returns its exit code. */
  async stop(): Promise<number> {
    const code = (await this.#process?.stop()) ?? 0;
    this.#process = null;
    return code;
  }

  /**
   * Stops and restarts it. Resolves when a proxy that checks twice a second has noticed.
   * @returns how long it took to end and to become ready again, in ms. @throws Error if it did not end cleanly.
   */
  async restart(): Promise<{ readonly stopMs: number; readonly startMs: number }> {
    const began = performance.now();
    const code = await this.stop();
    if (code !== 0) throw new Error(`${this.name} ended with code ${code}`);
    const ended = performance.now();
    await this.start();
    const ready = performance.now();
    await delay(1_000);
    return { stopMs: ended - began, startMs: ready - ended };
  }
}
