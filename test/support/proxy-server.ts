import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './built-service.js';
import { freePort } from './free-port.js';
import { SupervisedProcess } from './supervised-process.js';
import { findProgram } from './find-program.js';
import { until } from './until.js';

/** The proxies for which we publish settings, the preferred one first. */
export const PROXIES = ['haproxy', 'nginx'] as const;

/** See {@link PROXIES}. */
export type ProxyName = (typeof PROXIES)[number];

/** A proxy in front of servers. */
export interface ProxyServer {
  readonly name: ProxyName;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts HAProxy or nginx with the settings of docs/proxies, with the test's addresses. */
export async function startProxy(name: ProxyName, ports: readonly number[]): Promise<ProxyServer> {
  const program = findProgram(name);
  if (program === null) throw new Error(`${name} is not installed (Debian: apt-get install ${name})`);
  const directory = mkdtempSync(join(tmpdir(), 'herald-proxy-'));
  const port = await freePort();
  const file = join(directory, name === 'haproxy' ? 'haproxy.cfg' : 'nginx.conf');
  const settings = name === 'haproxy' ? haproxySettings(port, ports) : nginxSettings(port, ports, directory);
  writeFileSync(file, settings);
  const args = name === 'haproxy' ? ['-db', '-f', file] : ['-p', directory, '-c', file, '-g', 'daemon off;'];
  const server = SupervisedProcess.start(program, args);
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(`${name} forwards to a server`, async () => {
      if (server.hasEnded) throw new Error('the process ended');
      return (await fetch(`${url}/health`).catch(() => null))?.status === 200;
    });
  } catch (error) {
    await stop();
    throw new Error(`${name} did not start:\n${server.output}`, { cause: error });
  }
  return { name, url, stop };
}

function haproxySettings(port: number, ports: readonly number[]): string {
  const servers = ports.map((each, index) => `  server node-${index + 1} 127.0.0.1:${each}`).join('\n');
  return replaced('haproxy.cfg', [
    [/bind :8080/, `bind 127.0.0.1:${port}`],
    [/(^ {2}server node-.*\n)+/m, `${servers}\n`],
  ]);
}

function nginxSettings(port: number, ports: readonly number[], directory: string): string {
  const servers = ports.map((each) => `    server 127.0.0.1:${each} max_fails=1 fail_timeout=1s;`).join('\n');
  for (const kind of ['client', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(directory, kind));
  // Directories that an unprivileged process may write to; streams do not use them.
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${join(directory, kind.split('_')[0] as string)};`)
    .join('\n');
  return replaced('nginx.conf', [
    [/^worker_processes auto;/m, `pid ${join(directory, 'pid')};\nerror_log stderr;\nworker_processes 1;`],
    [/worker_connections 20000/, 'worker_connections 1000'],
    [/listen 8080/, `listen 127.0.0.1:${port}`],
    [/^http \{/m, `http {\n  access_log off;\n${paths}`],
    [/(^ {4}server 10\..*\n)+/m, `${servers}\n`],
  ]);
}

/** @throws Error when a pattern does not match, because the published settings have changed. */
function replaced(file: string, changes: readonly (readonly [RegExp, string])[]): string {
  let text = readFileSync(join(ROOT, 'docs', 'proxies', file), 'utf8');
  for (const [pattern, replacement] of changes) {
    if (!pattern.test(text)) throw new Error(`docs/proxies/${file} does not contain ${pattern.source}`);
    text = text.replace(pattern, replacement);
  }
  return text;
}
