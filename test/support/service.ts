import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRY, ROOT } from './built-service.js';
import { secretIn } from './log-secrets.js';

/** The secret that test services verify with, unless a test sets its own. */
export const TEST_JWT_SECRET = 'the secret of the tests, longer than thirty-two bytes';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything that the process wrote, both streams in order of arrival. */
  readonly output: string;
}

/** The built service, running in a process of its own. */
export interface Service {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly pid: number;
  /** Everything written so far. */
  output(): string;
  /** Resolves when the process has ended, for any reason. */
  readonly exit: Promise<Exit>;
  /** Sends SIGTERM (or another signal) and waits. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  /** Sends SIGKILL and waits. */
  kill(): Promise<Exit>;
}

/** A copy of the built service in another directory. */
export interface Program {
  /** Path of its `main.js`. */
  readonly entry: string;
  /** Working directory. */
  readonly directory: string;
}

/** Settings of a test service. They replace the whole environment except `PATH` and `HOME`. Demo data is only loaded on request. */
export type ServiceEnvironment = Readonly<Record<string, string>>;

const START_TIMEOUT_MS = 60_000;

/**
 * Starts the built service on a free port of the loopback interface and waits for its ready line.
 * @param program the copy to run instead of the built product.
 * @throws Error with its output when it ends before that.
 */
export async function startService(env: ServiceEnvironment, program?: Program): Promise<Service> {
  const { child, exit, output } = launch(env, program);
  const url = await readyUrl(child, exit, output);
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exit;
  };
  return {
    url,
    pid: child.pid as number,
    output,
    exit,
    stop: (signal = 'SIGTERM') => end(signal),
    kill: () => end('SIGKILL'),
  };
}

/** Starts the built service and waits until it ends by itself. */
export async function runToExit(env: ServiceEnvironment): Promise<Exit> {
  return launch(env).exit;
}

/** A new `DATA_DIR` that every user may enter, because the embedded PostgreSQL may run as another user. */
export function temporaryDataDir(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'herald-service-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function launch(env: ServiceEnvironment, program?: Program) {
  const child = spawn(process.execPath, [program?.entry ?? ENTRY], {
    cwd: program?.directory ?? ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      DRAIN_MS: '300',
      DEMO_COMPANY: 'false',
      ...env,
    },
  });
  let written = '';
  const collect = (chunk: Buffer): void => {
    written += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const secret = secretIn(written);
      if (secret === null) resolve({ code, signal, output: written });
      else reject(new Error(`The service wrote ${secret} to its log.`));
    });
  });
  // A test that does not wait for the exit ignores its failure.
  exit.catch(() => undefined);
  return { child, exit, output: () => written };
}

async function readyUrl(child: ChildProcess, exit: Promise<Exit>, output: () => string): Promise<string> {
  const ready = new Promise<string>((resolve) => {
    const check = (): void => {
      const line = /^Nest Herald ready on (http:\/\/\S+)$/m.exec(output());
      if (line?.[1]) resolve(line[1]);
    };
    child.stdout?.on('data', check);
  });
  let timer: NodeJS.Timeout | undefined;
  const outcome = await Promise.race([
    ready,
    exit,
    new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), START_TIMEOUT_MS);
    }),
  ]);
  clearTimeout(timer);
  if (typeof outcome === 'string' && outcome !== 'late') return outcome;
  if (outcome === 'late') child.kill('SIGKILL');
  throw new Error(`The service did not become ready:\n${output()}`);
}
