import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/**
 * Runs a program, writes its process id to descriptor 4, and kills it when the pipe on standard input ends, which happens
 * whenever this process dies. Background jobs get /dev/null as standard input, hence the copy of the pipe on descriptor 3.
 */
const SUPERVISOR = `
exec 3<&0 </dev/null
"$@" 3<&- 4>&- & program=$!
echo $program >&4; exec 4>&-
( cat <&3 >/dev/null; kill -9 $program ) 2>/dev/null & watch=$!
exec 3<&-
wait $program; code=$?
kill $watch 2>/dev/null
exit $code`;

/** Number of characters of the output that are kept. */
const OUTPUT_LENGTH = 20_000;

/** How a program is started. */
export interface SupervisedProcessOptions {
  readonly cwd?: string;
  /** The complete environment. @defaultValue that of this process */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A program that never outlives the process that started it; Ctrl-C in the terminal does not reach it. */
export class SupervisedProcess {
  /** Resolves with the exit code when the program has ended; above 128 for a signal. */
  readonly ended: Promise<number>;
  #output = '';
  #pid: Promise<number>;

  private constructor(private readonly child: ChildProcess) {
    const collect = (chunk: Buffer): void =>
      void (this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_LENGTH));
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    // The shell may end first.
    child.stdin?.on('error', () => undefined);
    this.#pid = once(child.stdio[4] as Readable, 'data').then(([chunk]) => Number(String(chunk)));
    this.ended = once(child, 'exit').then(([code]) => {
      child.stdin?.end();
      return (code as number | null) ?? 137;
    });
  }

  static start(program: string, args: readonly string[], options: SupervisedProcessOptions = {}): SupervisedProcess {
    const child = spawn('sh', ['-c', SUPERVISOR, 'sh', program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
      // A process group of its own, so that Ctrl-C only reaches this process, which stops its programs in order.
      detached: true,
      ...options,
    });
    return new SupervisedProcess(child);
  }

  /** The last part of the output. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Process id of the program itself. */
  pid(): Promise<number> {
    return this.#pid;
  }

  /** Sends a signal and waits. @returns the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    if (!this.hasEnded) process.kill(await this.#pid, signal);
    return this.ended;
  }

  /** Kills the program with SIGKILL and waits. */
  async kill(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }
}
