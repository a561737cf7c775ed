/**
 * Packs every package once and checks the tarballs as a consumer gets them: publint (metadata and exports) and
 * are-the-types-wrong (types resolve for ESM). One process for all, because loading the type checker costs most of the time.
 * Needs `npm run build:server`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The packages are ESM only: what a CommonJS consumer of node10 or node16 would resolve is not promised. */
const IGNORED_RESOLUTIONS = ['node10', 'node16-cjs'];

const tarballs = mkdtempSync(join(tmpdir(), 'herald-packages-'));
try {
  const packed = execFileSync('npm', ['pack', '--json', '--workspaces', '--pack-destination', tarballs], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for (const { name, filename } of JSON.parse(packed)) {
    const bytes = readFileSync(join(tarballs, filename));
    const problems = [...(await lint(bytes)), ...(await checkTypes(bytes))];
    for (const problem of problems) console.error(`${name}: ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(tarballs, { recursive: true, force: true });
}

async function lint(bytes) {
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg)}`);
}

async function checkTypes(bytes) {
  const { types, problems } = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
  if (types === false) return ['are-the-types-wrong: the package has no types'];
  return problems
    .filter(({ resolutionKind }) => !IGNORED_RESOLUTIONS.includes(resolutionKind))
    .map((problem) => `are-the-types-wrong: ${JSON.stringify(problem)}`);
}
