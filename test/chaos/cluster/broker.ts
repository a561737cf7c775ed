import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A server that carries hints between the nodes, and that may be killed. */
export interface Broker {
  readonly name: 'redis' | 'nats';
  /** Settings of the service that choose it. */
  readonly environment: Readonly<Record<string, string>>;
  /** kill -9 */
  kill(): Promise<void>;
  /** Starts it on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 15_000;

/** Starts one on a free port of the loopback interface, without any storage. @throws Error when it does not listen. */
export async function startBroker(name: Broker['name']): Promise<Broker> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
    const parameters =
      name === 'redis'
        ? ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
        : ['-a', '127.0.0.1', '-p', String(port)];
    child = spawn(`${name}-server`, parameters, { stdio: 'ignore' });
    child.on('error', () => undefined);
    const deadline = Date.now() + START_PATIENCE_MS;
    while (!(await listens(port))) {
      if (Date.now() > deadline) throw new Error(`${name}-server does not listen on port ${port}.`);
      await delay(20);
    }
  };
  await start();
  const url = `${name}://127.0.0.1:${port}`;
  return {
    name,
    environment: { SSE_BACKPLANE: name, [name === 'redis' ? 'REDIS_URL' : 'NATS_URL']: url },
    kill,
    start,
    stop: kill,
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.');
  return address.port;
}
