import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compiled } from './built-service.js';
import { TEST_SECRET } from './sse-app.js';

/** A running example program of a package. */
export interface Example {
  readonly url: string;
  /** Stops the program as a process manager would, and waits. Later calls do nothing. */
  stop(): Promise<void>;
}

/**
 * Starts `libs/<path>` on a free port with the test secret and waits for its ready line. Its standard error is shown.
 * @throws Error when the program ends before it is ready.
 */
export async function startExample(path: string, env: Readonly<Record<string, string>> = {}): Promise<Example> {
  const child = spawn(process.execPath, [compiled(`libs/${path}`)], {
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0', JWT_SECRET: TEST_SECRET, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ready on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { url: url.replace('[::1]', '127.0.0.1'), stop: () => stop(child) };
  }
  throw new Error(`${path} ended before it was ready.`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
