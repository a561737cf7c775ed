import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { freePort } from './free-port.js';
import { SupervisedProcess } from './supervised-process.js';
import { until } from './until.js';

/** A PgBouncer in front of a server. */
export interface PoolerServer {
  /** URL of the same login through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts PgBouncer in transaction mode: each transaction uses any free connection to PostgreSQL, so no session state outlives it.
 * @param url login at PostgreSQL itself; the pooler uses it for all clients.
 */
export async function startPooler(url: string): Promise<PoolerServer> {
  const program = findProgram('pgbouncer');
  if (program === null) throw new Error('pgbouncer is not installed (Debian: apt-get install pgbouncer)');
  const directory = mkdtempSync(join(tmpdir(), 'herald-pooler-'));
  const port = await freePort();
  const file = join(directory, 'pgbouncer.ini');
  const { hostname, port: serverPort, username, password } = new URL(url);
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${serverPort} user=${decodeURIComponent(username)} password='${decodeURIComponent(password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
ignore_startup_parameters = options,extra_float_digits
`,
  );
  // PgBouncer refuses to run as root, and reads its file as the user that it switches to.
  chmodSync(directory, 0o755);
  const server = SupervisedProcess.start(program, [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), file]);
  const stop = async (): Promise<void> => {
    await server.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await until('PgBouncer listens', () => {
      if (server.hasEnded) throw new Error('the process ended');
      return isListening(port);
    });
  } catch (error) {
    await stop();
    throw new Error(`PgBouncer did not start:\n${server.output}`, { cause: error });
  }
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return { url: through.href, stop };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
