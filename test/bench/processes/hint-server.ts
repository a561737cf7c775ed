import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** Servers that can carry hints, as Debian installs them. */
const KINDS = {
  redis: {
    program: 'redis-server',
    arguments: (port: number) => ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    variable: 'REDIS_URL',
  },
  nats: {
    program: 'nats-server',
    arguments: (port: number) => ['-a', '127.0.0.1', '-p', `${port}`],
    variable: 'NATS_URL',
  },
} as const;

/** See {@link HintServer}. */
export type HintServerName = keyof typeof KINDS;

/** The names of all hint servers. */
export const HINT_SERVERS = Object.keys(KINDS) as readonly HintServerName[];

/** A Redis or NATS for the bench, on a free port of the loopback interface. The caller that starts it must stop it. */
export class HintServer {
  private constructor(
    readonly name: HintServerName,
    /** The environment variable with its URL, for processes that are started later. */
    readonly environment: Readonly<Record<string, string>>,
    private readonly child: ChildProcess,
  ) {}

  /** @returns null if its program is not installed. @throws Error if it does not listen within ten seconds. */
  static async start(name: HintServerName): Promise<HintServer | null> {
    const kind = KINDS[name];
    const port = await freePort();
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
    const child = spawn(kind.program, kind.arguments(port), { stdio: 'ignore', env: { ...process.env, PATH: path } });
    const isInstalled = await Promise.race([
      once(child, 'spawn').then(() => true),
      once(child, 'error').then(() => false),
    ]);
    if (!isInstalled) return null;
    const server = new HintServer(name, { [kind.variable]: `${name}://127.0.0.1:${port}` }, child);
    for (const deadline = Date.now() + START_TIMEOUT_MS; !(await isListening(port)); await delay(POLL_MS)) {
      if (Date.now() < deadline && child.exitCode === null) continue;
      await server.stop();
      throw new Error(`${kind.program} did not listen on port ${port} within ${START_TIMEOUT_MS} ms.`);
    }
    return server;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
