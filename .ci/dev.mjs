/**
 * `npm run dev`: the service and its pages, rebuilt as you save. One address; Ctrl-C stops everything, the built-in PostgreSQL
 * included.
 *
 * - `tsc --build --watch` compiles what `npm start` runs. After a compilation without errors the service restarts; after one
 *   with errors the last good service goes on running.
 * - Vite serves the pages from their sources with hot reload, and passes everything else on to the service.
 */
import { spawn } from 'node:child_process';
import { createServer as createNetServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Paths that the service answers; the pages are the rest. */
const SERVICE_PATHS = '^/(api|health|ready|metrics|debug|events|stream|realtime|approvals/(tasks|instances)/)';
/** What the service says of its own address and pages. Here both come from Vite. */
const HIDDEN_LINES = /^Nest Herald ready on|The pages are not built/;
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
/** Restarts run one after the other; a compilation that ends during a restart asks for one more. */
let restarts = Promise.resolve();

// Groups of their own: the terminal sends Ctrl-C to this process only, which stops the others in order.
const compiler = spawn(
  process.execPath,
  ['node_modules/typescript-7/bin/tsc', '-b', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
);
compiler.on('exit', () => void stop(1));
createInterface({ input: compiler.stdout }).on('line', (line) => {
  const errors = /Found (\d+) errors?\b/.exec(line)?.[1];
  if (errors === '0') restart();
  else console.log(errors === undefined || service === null ? line : `${line} The last good service goes on running.`);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));

function restart() {
  restarts = restarts.then(async () => {
    if (isStopping) return;
    await stopService();
    await startService();
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
  compiler.kill('SIGKILL');
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
