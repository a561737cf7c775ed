import { fork, type ChildProcess } from 'node:child_process';

type Questions<Q> = { [K in keyof Q]: { ask: unknown; answer: unknown } };

interface Asked {
  readonly kind: string;
  readonly ask: unknown;
}

type Answered = { readonly answer: unknown } | { readonly failure: string };

/** Longest wait for one answer; only a server that lost a delivery or hangs takes as long. */
const ANSWER_TIMEOUT_MS = 120_000;

/** Time for a process to leave by itself (a profile is written then) before it is killed. */
const EXIT_TIMEOUT_MS = 10_000;

/**
 * A process of the bench, asked one question at a time.
 *
 * Owns the process: whoever started it must {@link stop} it. A crash fails the open question.
 */
export class AskedProcess<Q extends Questions<Q>> {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  /** @param command program and arguments put before node's own, such as `taskset --cpu-list 0`. */
  static start<Q extends Questions<Q>>(
    script: URL,
    name: string,
    options: { readonly command: readonly string[]; readonly nodeArguments: readonly string[] },
  ): AskedProcess<Q> {
    const [execPath = process.execPath, ...execArgv] = [...options.command, process.execPath, ...options.nodeArguments];
    // Output of the child goes to stderr: stdout holds the tables only.
    const child = fork(script, [], { execPath, execArgv, stdio: ['ignore', 2, 2, 'ipc'] });
    return new AskedProcess(child, name);
  }

  /** @throws Error when the process answers with a failure, exits, or needs longer than two minutes. */
  ask<K extends keyof Q & string>(kind: K, ask: Q[K]['ask']): Promise<Q[K]['answer']> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.child.off('message', onMessage);
        this.child.off('exit', onExit);
        finish();
      };
      const onMessage = (message: Answered): void =>
        settle(() =>
          'failure' in message
            ? reject(new Error(`${this.name}: ${message.failure}`))
            : resolve(message.answer as Q[K]['answer']),
        );
      const onExit = (code: number | null, signal: string | null): void =>
        settle(() => reject(new Error(`${this.name} exited (${signal ?? code}) before it answered "${kind}".`)));
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.name} gave no answer to "${kind}" in ${ANSWER_TIMEOUT_MS} ms.`))),
        ANSWER_TIMEOUT_MS,
      );
      this.child.on('message', onMessage);
      this.child.on('exit', onExit);
      this.child.send({ kind, ask } satisfies Asked, (error) => {
        if (error) settle(() => reject(error));
      });
    });
  }

  /** Lets the process leave, kills it when it does not; resolves when it is gone. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  }
}

/** Answers the questions of the parent; leaves with it. The other end of {@link AskedProcess}. */
export function answerQuestions<Q extends Questions<Q>>(answers: {
  readonly [K in keyof Q]: (ask: Q[K]['ask']) => Q[K]['answer'] | Promise<Q[K]['answer']>;
}): void {
  const answer = async ({ kind, ask }: Asked): Promise<Answered> => {
    try {
      return { answer: await answers[kind as keyof Q](ask) };
    } catch (error) {
      return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (asked: Asked) => void answer(asked).then((answered) => process.send?.(answered)));
  process.on('disconnect', () => process.exit(0));
}
