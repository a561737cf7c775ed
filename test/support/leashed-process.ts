import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Kills the program when its standard input ends, which it does when this process dies, however that happens. */
const LEASH = '"$@" </dev/null & p=$!; cat >/dev/null; kill -9 $p 2>/dev/null; wait $p';

/** A foreign server that never outlives the process that started it. */
export class LeashedProcess {
  #output = '';

  private constructor(private readonly child: ChildProcess) {
    const collect = (chunk: Buffer): void => void (this.#output = (this.#output + chunk.toString()).slice(-10_000));
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    // The leash may end first.
    child.stdin?.on('error', () => undefined);
  }

  static start(program: string, args: readonly string[]): LeashedProcess {
    const child = spawn('sh', ['-c', LEASH, 'sh', program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    return new LeashedProcess(child);
  }

  /** The end of what it wrote. */
  get output(): string {
    return this.#output;
  }

  /** kill -9, and waits. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.stdin?.end();
    await gone;
  }
}
