/**
 * Adds optional stubs to package-lock.json for the platform packages that the registry does not serve.
 *
 * `npm ci` refuses a lock file in which a declared optional dependency is missing ("Missing: X from lock file"), even
 * if X is for another platform and would never be installed. Run `node .ci/complete-lockfile.mjs` after every
 * `npm install`. `--check` writes nothing and fails when a package is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const lockPath = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockPath, 'utf8'));

const OPERATING_SYSTEMS = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
  android: 'android',
  wasm32: null,
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  aix: 'aix',
  sunos: 'sunos',
};
const PROCESSORS = {
  arm64: 'arm64',
  aarch64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  armv7: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
  mips64el: 'mips64el',
  wasm32: 'wasm32',
};

/** os, cpu and libc from the package's name. A name without them gets the cpu "none" and is never installed. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.map((word) => OPERATING_SYSTEMS[word]).find(Boolean);
  const cpu = words.map((word) => PROCESSORS[word.replace(/(musl|gnu)?(eabihf)?$/, '')]).find(Boolean);
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return { cpu: [cpu ?? 'none'], ...(libc ? { libc: [libc] } : {}), ...(os ? { os: [os] } : {}) };
}

const missing = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const candidates = [];
    for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
      candidates.push(`${base ? `${base}/` : ''}node_modules/${name}`);
      if (!base.includes('node_modules/')) break;
    }
    candidates.push(`node_modules/${name}`);
    if (candidates.some((candidate) => lock.packages[candidate])) continue;
    const version = range.replace(/^[~^]/, '');
    const stub = { version, ...platformOf(name), optional: true };
    lock.packages[`node_modules/${name}`] = stub;
    missing.push(`${name}@${version}`);
  }
}

if (missing.length === 0) {
  console.log('package-lock.json names every optional platform package.');
} else if (process.argv.includes('--check')) {
  console.error(
    `package-lock.json lacks ${missing.length} optional packages (${missing.join(', ')}); run: node .ci/complete-lockfile.mjs`,
  );
  process.exitCode = 1;
} else {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${missing.length} optional packages to package-lock.json: ${missing.join(', ')}`);
}
