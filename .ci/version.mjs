/**
 * Sets the version of all packages: `npm run version -- 0.2.0`.
 *
 * Writes every package.json with the dependencies between the packages, package-lock.json, the heading of the version in
 * CHANGELOG.md, and the checksums of new numbered migrations into migrations/frozen.json: they never change after a release. It writes nothing if one of them does not fit. Commit the result as `chore: release 0.2.0` and tag it `v0.2.0`.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readPackages } from './packages.mjs';

const DEPENDENCIES = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

const [version = ''] = process.argv.slice(2);
const root = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = readPackages();
const names = new Set(packages.map(({ manifest }) => manifest.name));

if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version))
  fail(`"${version}" is not a version. Use: npm run version -- 0.2.0`);
if (!isHigher(version, root.version)) fail(`${version} is not higher than ${root.version}. Choose a higher version.`);

const changelog = readFileSync('CHANGELOG.md', 'utf8');
const [, unreleased = ''] = /^## \[Unreleased\]\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(changelog) ?? [];
if (unreleased.trim() === '') fail('CHANGELOG.md has nothing under "## [Unreleased]". Describe the changes first.');

const frozen = frozenMigrations();

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const manifests = [{ folder: '.', manifest: root }, ...packages];
for (const { folder, manifest } of manifests) {
  setVersion(manifest);
  const locked = lock.packages[folder === '.' ? '' : folder];
  if (locked === undefined) fail(`package-lock.json does not list ${folder}. Run npm install first.`);
  setVersion(locked);
}
lock.version = version;

const day = new Date().toISOString().slice(0, 10);
for (const { folder, manifest } of manifests) write(`${folder}/package.json`, manifest);
write('package-lock.json', lock);
write('migrations/frozen.json', frozen);
writeFileSync('CHANGELOG.md', changelog.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${day}\n`));
console.log(`${manifests.length} packages have version ${version}.`);

function setVersion(manifest) {
  manifest.version = version;
  for (const kind of DEPENDENCIES)
    for (const name of Object.keys(manifest[kind] ?? {})) if (names.has(name)) manifest[kind][name] = version;
}

/** The frozen migrations and all other numbered ones, by path, with the SHA-256 that the runner computes. */
function frozenMigrations() {
  const checksums = JSON.parse(readFileSync('migrations/frozen.json', 'utf8'));
  const files = readdirSync('migrations', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(`migrations/${name}`).map((file) => `${name}/${file}`))
    .filter((path) => /\/\d{4}-[a-z0-9-]+\.sql$/.test(path));
  for (const path of files.sort()) {
    const text = readFileSync(`migrations/${path}`, 'utf8').replaceAll('\r\n', '\n');
    const checksum = createHash('sha256').update(text).digest('hex');
    if ((checksums[path] ??= checksum) !== checksum)
      fail(`migrations/${path} is frozen, and it changed. Restore it, and add a numbered file instead.`);
  }
  return checksums;
}

/** A pre-release comes before its version, and pre-releases of one version are ordered by their text. */
function isHigher(next, current) {
  const [a, b] = [next, current].map((text) => {
    const [, core, pre] = /^([\d.]+)(?:-(.*))?$/.exec(text);
    return { core: core.split('.').map(Number), pre };
  });
  const differing = a.core.findIndex((part, i) => part !== b.core[i]);
  if (differing >= 0) return a.core[differing] > b.core[differing];
  if (a.pre === undefined || b.pre === undefined) return a.pre === undefined && b.pre !== undefined;
  return a.pre.localeCompare(b.pre, 'en', { numeric: true }) > 0;
}

function write(path, content) {
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
