/**
 * `npm run dev`: the service and its pages, rebuilt as you save. One address; Ctrl-C stops everything, the built-in PostgreSQL
 * included.
 *
 * - A change of a server file starts `tsc --build`, which compiles what `npm start` runs. After a compilation without errors the
 *   service restarts; after one with errors the last good service goes on running. Vite reports the changes, because
 *   `tsc --watch` sees none, without an error, in a folder near the root of the disk such as `/workspaces/nest-herald`.
 * - Vite serves the pages from their sources with hot reload, and passes everything else on to the service.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { createInterface } from 'node:readline';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Paths that the service answers; the pages are the rest. */
const SERVICE_PATHS = '^/(api|health|ready|metrics|debug|events|stream|realtime|approvals/(tasks|instances)/)';
/** What the service says of its own address and pages. Here both come from Vite. */
const HIDDEN_LINES = /^Nest Herald ready on|The pages are not built/;
/** What tsconfig.build.json compiles, relative to the root. */
const SERVER_FILES = /^(src\/(?!web\/)|libs\/[^/]+\/src\/|migrations\/src\/).*(?<!\.spec)\.(ts|json)$/;
/** A save of several files is one change if it takes no longer than this. Milliseconds. */
const QUIET_MS = 50;
/** A service that does not stop within this time is killed. Milliseconds. */
const STOP_TIMEOUT_MS = 15_000;

const servicePort = await freePort();
const vite = await createServer({
  configFile: fileURLToPath(new URL('../src/web/vite.config.ts', import.meta.url)),
  clearScreen: false,
  logLevel: 'warn',
  server: {
    host: process.env.HOST ?? '127.0.0.1',
    port: Number(process.env.PORT ?? 3000),
    strictPort: true,
    proxy: { [SERVICE_PATHS]: { target: `http://127.0.0.1:${servicePort}`, ws: true } },
  },
});
await vite.listen();

let service = null;
let isStopping = false;
let compiler = null;
let quiet;
/** Compilations and restarts run one after the other. Changes during one of them ask for one more. */
let work = Promise.resolve();
let isQueued = false;

const packages = readdirSync(join(ROOT, 'libs')).map((name) => `libs/${name}`);
vite.watcher.add(
  ['src', ...[...packages, 'migrations'].map((folder) => `${folder}/src`)].map((folder) => join(ROOT, folder)),
);
vite.watcher.on('all', (_event, file) => {
  if (!SERVER_FILES.test(relative(ROOT, file).replaceAll(sep, '/'))) return;
  clearTimeout(quiet);
  quiet = setTimeout(build, QUIET_MS);
});
build();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));

function build() {
  if (isQueued) return;
  isQueued = true;
  work = work.then(async () => {
    isQueued = false;
    if (isStopping) return;
    if (!(await compile())) {
      if (!isStopping)
        console.log(`Compilation failed.${service === null ? '' : ' The last good service goes on running.'}`);
      return;
    }
    await stopService();
    if (!isStopping) await startService();
  });
}

/** @returns whether the server compiles. */
function compile() {
  // Groups of their own: the terminal sends Ctrl-C to this process only, which stops the others in order.
  const child = spawn(process.execPath, ['node_modules/typescript-7/bin/tsc', '-b', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  compiler = child;
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      compiler = null;
      resolve(code === 0);
    });
  });
}

/** Resolves when the service is ready, or has ended because of its settings. */
function startService() {
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/src/main.js'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(servicePort), DRAIN_MS: process.env.DRAIN_MS ?? '100' },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  service = { child, ended };
  return new Promise((resolve) => {
    void ended.then((code) => {
      if (service?.child === child) service = null;
      if (!isStopping && code !== 0) console.log(`The service ended with code ${code}. Save a file to start it again.`);
      resolve();
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!HIDDEN_LINES.test(line)) console.log(line);
      else if (line.startsWith('Nest Herald ready')) {
        console.log(`Nest Herald ready on ${vite.resolvedUrls.local[0]} (development)`);
        resolve();
      }
    });
  });
}

async function stopService() {
  if (service === null) return;
  const { child, ended } = service;
  service = null;
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  clearTimeout(quiet);
  // The group, because tsc is a Node script that starts a native process.
  if (compiler !== null) process.kill(-compiler.pid, 'SIGKILL');
  await Promise.all([stopService(), vite.close()]);
  process.exit(code);
}

async function freePort() {
  const server = createNetServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
