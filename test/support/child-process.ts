import { type ChildProcess, spawn } from 'node:child_process';
import { compiled } from './built-service.js';

/** A program of this folder, running in a process of its own. */
export interface TestProcess {
  readonly pid: number;
  /** Lines of its standard output so far. */
  readonly lines: readonly string[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts `test/support/<file>` and resolves with its first line of output.
 * @throws Error with its standard error when it ends before that.
 */
export async function startProcess(file: string, ...parameters: readonly string[]): Promise<TestProcess> {
  const child: ChildProcess = spawn(process.execPath, [compiled(`test/support/${file}`), ...parameters], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let errorOutput = '';
  child.stderr?.on('data', (chunk: Buffer) => (errorOutput += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const parts = text.split('\n');
      text = parts.pop() ?? '';
      lines.push(...parts);
      if (lines.length > 0) resolve();
    });
    void ended.then(() => reject(new Error(`${file} ended before it was ready: ${errorOutput}`)));
  });
  return { pid: child.pid ?? 0, lines, kill: (signal) => void child.kill(signal), ended };
}
