import { fork, type ChildProcess } from 'node:child_process';

type Requests<Q> = { [K in keyof Q]: { params: unknown; result: unknown } };

interface Request {
  readonly kind: string;
  readonly params: unknown;
}

type Response = { readonly result: unknown } | { readonly failure: string };

/** Longest wait for one response. Only a server that lost a delivery or hangs takes this long. */
const RESPONSE_TIMEOUT_MS = 120_000;

/** Time for a process to exit by itself (it writes its profile then) before it is killed. */
const EXIT_TIMEOUT_MS = 10_000;

/**
 * A process of the bench that handles one request at a time.
 *
 * The caller that starts it must {@link stop} it. A crash fails the open request.
 */
export class BenchProcess<Q extends Requests<Q>> {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  /** @param command prefix of Node's command, such as `taskset --cpu-list 0`. */
  static start<Q extends Requests<Q>>(
    script: URL,
    name: string,
    options: { readonly command: readonly string[]; readonly nodeArguments: readonly string[] },
  ): BenchProcess<Q> {
    const [execPath = process.execPath, ...execArgv] = [...options.command, process.execPath, ...options.nodeArguments];
    // Output of the child goes to stderr, because stdout contains only the tables.
    const child = fork(script, [], { execPath, execArgv, stdio: ['ignore', 2, 2, 'ipc'] });
    return new BenchProcess(child, name);
  }

  /** @throws Error if the request fails, the process exits, or there is no response within two minutes. */
  request<K extends keyof Q & string>(kind: K, params: Q[K]['params']): Promise<Q[K]['result']> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.child.off('message', onMessage);
        this.child.off('exit', onExit);
        finish();
      };
      const onMessage = (message: Response): void =>
        settle(() =>
          'failure' in message
            ? reject(new Error(`${this.name}: ${message.failure}`))
            : resolve(message.result as Q[K]['result']),
        );
      const onExit = (code: number | null, signal: string | null): void =>
        settle(() => reject(new Error(`${this.name} exited (${signal ?? code}) before it answered "${kind}".`)));
      const timer = setTimeout(
        () =>
          settle(() => reject(new Error(`${this.name} did not answer "${kind}" within ${RESPONSE_TIMEOUT_MS} ms.`))),
        RESPONSE_TIMEOUT_MS,
      );
      this.child.on('message', onMessage);
      this.child.on('exit', onExit);
      this.child.send({ kind, params } satisfies Request, (error) => {
        if (error) settle(() => reject(error));
      });
    });
  }

  /** Asks the process to exit, and kills it if it does not. Resolves when it has exited. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
}

/** Handles the requests of the parent process and exits with it. The other end of {@link BenchProcess}. */
export function serveRequests<Q extends Requests<Q>>(handlers: {
  readonly [K in keyof Q]: (params: Q[K]['params']) => Q[K]['result'] | Promise<Q[K]['result']>;
}): void {
  const handle = async ({ kind, params }: Request): Promise<Response> => {
    try {
      return { result: await handlers[kind as keyof Q](params) };
    } catch (error) {
      return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (request: Request) => void handle(request).then((response) => process.send?.(response)));
  process.on('disconnect', () => process.exit(0));
}
