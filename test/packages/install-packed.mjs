/**
 * Proves that the packed packages install in an empty application and stream one event, as an ES module and by require():
 * `node test/packages/install-packed.mjs <range of Nest> [bare]`, for example `^11.2.10`; `bare` is the event library alone, without a
 * single optional peer. Says each claim that holds; a claim that does not ends it with code 1. Needs built packages (`npm run build:server`) and npm's registry or its cache.
 */
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readPackages } from '../../.ci/packages.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const APP = fileURLToPath(new URL('./app', import.meta.url));
const SECRET = 'the secret of the packed application';
/** Entries that need a driver. */
const DRIVEN = /postgres|redis|nats/;
const run = promisify(execFile);

const nest = process.argv[2] ?? '^12.0.0';
const isNewest = nest.includes('12');
const isBare = process.argv[3] === 'bare';
/** The feature packages require Nest 12. The event library works on 11 too. */
const folders =
  isNewest && !isBare
    ? readPackages(ROOT).map(({ folder }) => folder)
    : ['libs/sse-protocol', 'libs/platform', 'libs/sse'];

const claim = (text) => process.stdout.write(`ok    ${text}\n`);
const directory = await mkdtemp(join(tmpdir(), 'herald-packed-'));
try {
  const manifests = await pack();
  await install(manifests);
  await importEverything(manifests);
  if (!isBare) await typeCheck();
  await streamOneEvent('main.mjs', 'an ES module');
  await streamOneEvent('main.cjs', 'a CommonJS program');
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** @returns the manifests of the packages that were packed, each with its file. */
async function pack() {
  const tarballs = join(directory, 'tarballs');
  await mkdir(tarballs);
  const workspaces = folders.flatMap((folder) => ['--workspace', folder]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', tarballs, ...workspaces], { cwd: ROOT });
  await holdsItsSql(JSON.parse(stdout).find(({ name }) => name === '@nest-herald/migrations'));
  const files = await readdir(tarballs);
  const manifests = await Promise.all(
    folders.map(async (folder) => JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'))),
  );
  return manifests.map((manifest) => {
    const start = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}`;
    return { ...manifest, tarball: join(tarballs, files.find((file) => file.startsWith(start)) ?? '') };
  });
}

/** The migrations read their SQL files at run time, so no import would notice a missing one. */
async function holdsItsSql(packed) {
  if (packed === undefined) return;
  const packedFiles = new Set(packed.files.map(({ path }) => path));
  const files = await readdir(join(ROOT, 'migrations'), { recursive: true });
  const missing = files.filter((file) => /^[a-z]+\/.*\.sql$/.test(file) && !packedFiles.has(file));
  if (missing.length > 0) throw new Error(`The package of the migrations lacks ${missing.join(', ')}.`);
  claim('the migrations are packed with all their SQL');
}

async function install(manifests) {
  const tools = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).devDependencies;
  await cp(APP, directory, { recursive: true });
  // Optional ones too, because every entry is imported below.
  const peers = Object.assign({}, ...manifests.map(({ peerDependencies }) => peerDependencies));
  if (isBare) for (const name of manifests.flatMap(optionalPeers)) delete peers[name];
  const files = Object.fromEntries(manifests.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = {
    private: true,
    dependencies: {
      ...peers,
      ...files,
      '@nestjs/common': nest,
      '@nestjs/core': nest,
      '@nestjs/platform-express': nest,
      '@nestjs/jwt': isNewest ? '^12.0.0' : '^11.0.0',
    },
    devDependencies: isBare ? {} : { '@types/node': tools['@types/node'], '@types/pg': tools['@types/pg'] },
    // One copy of each of ours: the packages name each other by version, which no registry has yet.
    overrides: files,
  };
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest));
  await run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: directory });
  const core = JSON.parse(await readFile(join(directory, 'node_modules/@nestjs/core/package.json'), 'utf8'));
  claim(`the packages install in an empty application with Nest ${core.version}`);
}

function optionalPeers({ peerDependenciesMeta = {} }) {
  return Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name].optional);
}

async function importEverything(manifests) {
  const entries = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((entry) => entry !== './package.json' && !(isBare && DRIVEN.test(entry)))
      .map((entry) => `${name}${entry.slice(1)}`),
  );
  const list = JSON.stringify(entries);
  await run(process.execPath, ['--input-type=module', '-e', `for (const e of ${list}) await import(e)`], {
    cwd: directory,
  });
  await run(process.execPath, ['-e', `for (const e of ${list}) require(e)`], { cwd: directory });
  claim(`import and require() find ${entries.join(', ')}`);
}

async function typeCheck() {
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', directory]);
  claim('a TypeScript application compiles against them');
}

async function streamOneEvent(file, kind) {
  const child = spawn(process.execPath, [file], {
    cwd: directory,
    env: { ...process.env, JWT_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await readyUrl(child);
    const heard = listen(`${url}/api/v1/sse/stream`);
    await heard.connected;
    const answer = await fetch(`${url}/api/v1/sse/send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token(['sse:send'])}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target: { user: 'ann' }, event: 'hello', data: { from: kind } }),
    });
    if (answer.status !== 202) throw new Error(`POST /send answered ${answer.status}: ${await answer.text()}`);
    const frame = await heard.hello;
    if (!frame.includes(`data: {"from":"${kind}"}`) || !/^id: [a-z0-9]{8}\.1$/m.test(frame)) {
      throw new Error(`This is not the event that was sent: ${frame}`);
    }
    child.kill('SIGTERM');
    await once(child, 'exit');
    claim(`${kind} starts, streams one durable event and stops when it is told to`);
  } finally {
    child.kill('SIGKILL');
  }
}

async function readyUrl(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^ready on (\S+)$/.exec(line);
    if (match) return match[1];
  }
  throw new Error('The application ended before it was ready.');
}

/** Promises for the first frames of two types. */
function listen(url) {
  const waiting = new Map();
  const of = (type) => new Promise((resolve, reject) => waiting.set(type, { resolve, reject }));
  const promises = { connected: of('connected'), hello: of('hello') };
  const fail = (error) => {
    for (const { reject } of waiting.values()) reject(error);
  };
  request(url, { headers: { accept: 'text/event-stream', authorization: `Bearer ${token([])}` } }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => {
      text += chunk;
      for (const frame of text.split('\n\n').slice(0, -1)) {
        const type = /^event: (.*)$/m.exec(frame)?.[1];
        if (frame.includes('\ndata: ')) waiting.get(type)?.resolve(frame);
      }
    });
    response.on('close', () => fail(new Error(`The stream ended (${response.statusCode}): ${text}`)));
    response.on('error', fail);
  })
    .on('error', fail)
    .end();
  // Each is awaited in its turn; one that fails meanwhile is not an unhandled rejection.
  for (const promise of Object.values(promises)) promise.catch(() => undefined);
  return promises;
}

function token(permissions) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 600;
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'ann', tenant_id: 'acme', permissions, exp })}`;
  return `${head}.${createHmac('sha256', SECRET).update(head).digest('base64url')}`;
}
