import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULES = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly { readonly name: string }[];
};

/** A forbidden import: the file that would have it, what it would import, and the rule that must refuse it. */
interface Planted {
  readonly file: string;
  readonly imports: string;
  readonly rule: string | RegExp;
}

const CHOSEN: readonly Planted[] = [
  planted(
    'libs/sse/src/vocabulary/planted-hub.ts',
    '../hub/hub.js',
    'sse: vocabulary imports only itself and lower folders',
  ),
  planted(
    'libs/sse/src/vocabulary/planted-http.ts',
    '../http/stream/accept.js',
    'sse: vocabulary imports only itself and lower folders',
  ),
  planted(
    'libs/sse/src/connection/planted-control.ts',
    '../control/revocations.js',
    'sse: connection imports only itself and lower folders',
  ),
  planted(
    'libs/sse/src/hub/planted-adapter.ts',
    '../adapters/redis/index.js',
    'sse: hub imports only itself and lower folders',
  ),
  planted('libs/sse/src/adapters/postgres/planted-hub.ts', '../../hub/hub.js', 'adapters know seams, not the hub'),
  planted(
    'libs/sse/src/vocabulary/planted-nest.ts',
    '@nestjs/common',
    'libs/sse/src/vocabulary imports only what its allow-list names',
  ),
  planted(
    'libs/sse/src/vocabulary/planted-nest-below.ts',
    '@nest-herald/platform/http',
    'libs/sse/src/vocabulary reaches no framework, driver or mapper',
  ),
  planted(
    'libs/sse/src/connection/planted-nest.ts',
    '@nest-herald/platform/http',
    'framework-free folders reach no Nest',
  ),
  planted('libs/sse/src/connection/planted-rxjs.ts', 'rxjs', 'rxjs stays at the edge'),
  planted(
    'libs/approvals/src/engine/planted-typeorm-below.ts',
    '@nest-herald/platform/postgres',
    'libs/approvals/src/engine reaches no framework, driver or mapper',
  ),
  planted(
    'libs/approvals/src/engine/planted-typeorm.ts',
    'typeorm',
    'libs/approvals/src/engine imports only what its allow-list names',
  ),
  planted('libs/sse-protocol/src/planted.ts', 'rxjs', 'protocol imports nothing'),
  planted('src/health/planted-adapter.ts', '@nest-herald/sse/postgres', 'adapters are chosen in realtime'),
  planted(
    'src/health/planted-deep.ts',
    '../../libs/sse/src/hub/hub.js',
    'service imports packages by their entry points',
  ),
  planted('migrations/planted.ts', '../libs/sse/src/index.js', 'migrations import nothing of ours'),
  planted('libs/sse/src/hub/planted-spec.ts', './hub.spec.js', 'nothing imports a spec'),
  planted('libs/sse/src/hub/planted-index.ts', '../index.js', 'sse: entry points are for other packages'),
  planted('libs/sse/src/elsewhere/planted.ts', '../vocabulary/audience.js', 'sse: every file is in a listed folder'),
  planted(
    'libs/notifications/src/planted-peer.ts',
    '@nest-herald/approvals',
    'notifications imports only lower packages, by their entry points',
  ),
  planted(
    'libs/platform/src/http/planted-upwards.ts',
    '@nest-herald/sse',
    'platform imports only lower packages, by their entry points',
  ),
  planted('src/web/api/planted-server.ts', '../../health/readiness.js', 'pages import nothing of the server'),
  planted('libs/sse/src/hub/planted-cycle-back.ts', './planted-cycle.js', 'no cycles'),
];

/** For each rule of folders, packages and pure folders that the list above has not: one import made from the rule itself. */
const { PACKAGES, SERVICE, WEB, PURE } = createRequire(import.meta.url)('../../.ci/layers.cjs') as Layers;

interface Layers {
  readonly PACKAGES: readonly { readonly path: string; readonly layers: readonly (readonly string[])[] }[];
  readonly SERVICE: { readonly path: string; readonly layers: readonly (readonly string[])[] };
  readonly WEB: { readonly path: string; readonly layers: readonly (readonly string[])[] };
  readonly PURE: readonly { readonly path: string }[];
}

function planted(file: string, imports: string, rule: string): Planted {
  return { file, imports, rule };
}

/** A target in the topmost folder for every other folder, in a folder that no list names for the topmost, and so on. */
function generated(): { readonly cases: readonly Planted[]; readonly targets: readonly string[] } {
  const cases: Planted[] = [];
  const targets = new Set<string>();
  for (const pkg of [...PACKAGES, SERVICE, WEB]) {
    const name = pkg === SERVICE ? 'service' : pkg === WEB ? 'pages' : pkg.path.replace(/^libs\/|\/src$/g, '');
    const unlisted = `${pkg.path}/unlisted/planted-target.ts`;
    targets.add(unlisted);
    const up = (folder: string, target: string): string => {
      const depth = folder === '' ? 0 : folder.split('/').length;
      return `${depth === 0 ? './' : '../'.repeat(depth)}${target.slice(pkg.path.length + 1).replace(/\.ts$/, '.js')}`;
    };
    for (const folder of pkg.layers.flat()) {
      const file = `${pkg.path}/${folder === '' ? '' : `${folder}/`}planted-folder.ts`;
      const label = folder === '' ? 'the root' : folder;
      cases.push(planted(file, up(folder, unlisted), `${name}: ${label} imports only itself and lower folders`));
    }
    cases.push(
      planted(
        `${pkg.path}/unlisted/planted-file.ts`,
        './planted-target.js',
        `${name}: every file is in a listed folder`,
      ),
    );
    if (pkg !== SERVICE && pkg !== WEB) {
      const first = pkg.layers.flat()[0] ?? '';
      const inFirst = `${pkg.path}/${first === '' ? '' : `${first}/`}planted-entry.ts`;
      cases.push(planted(inFirst, up(first, `${pkg.path}/index.ts`), `${name}: entry points are for other packages`));
      const rule = `${name} imports only lower packages, by their entry points`;
      cases.push(planted(`${pkg.path}/planted-service.ts`, '../../../src/app.module.js', rule));
    }
  }
  for (const { path } of PURE) {
    cases.push(planted(`${path}/planted-pure.ts`, 'typeorm', `${path} imports only what its allow-list names`));
    cases.push(
      planted(
        `${path}/planted-reach.ts`,
        '@nest-herald/platform/http',
        `${path} reaches no framework, driver or mapper`,
      ),
    );
  }
  return { cases, targets: [...targets] };
}

const { cases: GENERATED, targets: TARGETS } = generated();
const CASES: readonly Planted[] = [...CHOSEN, ...GENERATED];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

describe('The import rules', () => {
  let tree = '';
  let violations: readonly Violation[] = [];

  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), 'herald-rules-'));
    copyTree(tree);
    for (const target of TARGETS) write(tree, target, 'export const target = 1;\n', false);
    for (const { file, imports } of CASES)
      write(tree, file, `import * as forbidden from '${imports}';\nexport { forbidden };\n`, true);
    write(tree, 'libs/sse/src/hub/planted-cycle.ts', "export * from './planted-cycle-back.js';\n", true);
    violations = await cruise(tree);
  }, 120_000);

  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it.each(CASES.map(({ file, imports, rule }) => [file, imports, rule] as const))(
    'refuse that %s imports %s',
    (file, _imports, rule) => {
      expect(violations.filter(({ from }) => from === file).map((one) => one.rule.name)).toContain(rule);
    },
  );

  it('are each broken by one planted import at least', () => {
    const broken = new Set(violations.map((one) => one.rule.name));
    expect(RULES.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});

/** The sources in a folder of their own, so that planting disturbs no build and no other suite. */
function copyTree(tree: string): void {
  for (const one of [
    '.dependency-cruiser.cjs',
    '.ci/layers.cjs',
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'libs',
    'src',
    'migrations',
  ]) {
    cpSync(join(ROOT, one), join(tree, one), {
      recursive: true,
      filter: (path) => !/\/(dist|node_modules|examples)(\/|$)/.test(path.slice(ROOT.length)),
    });
  }
  mkdirSync(join(tree, 'node_modules', '@nest-herald'), { recursive: true });
  // Libraries that rules name: a package of one file is enough for a path.
  for (const name of ['rxjs', 'typeorm', 'pg', 'redis', 'ws', '@nestjs/common', '@nestjs/core', '@nestjs/jwt', 'zod']) {
    write(
      tree,
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
      true,
    );
    write(tree, `node_modules/${name}/index.js`, 'exports.any = 1;\n', true);
  }
  for (const name of readdirSync(join(ROOT, 'libs'))) {
    symlinkSync(join(tree, 'libs', name), join(tree, 'node_modules', '@nest-herald', name));
  }
}

function write(tree: string, file: string, text: string, replace: boolean): void {
  const path = join(tree, file);
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, text, { flag: replace ? 'w' : 'wx' });
  } catch (error) {
    // A target that the tree has already.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function cruise(tree: string): Promise<readonly Violation[]> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [program, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'libs', 'migrations'];
  const output = await run(process.execPath, args, { cwd: tree, maxBuffer: 1 << 28 }).then(
    ({ stdout }) => stdout,
    // Violations make it exit with their number.
    (error: { readonly stdout: string; readonly stderr: string }) => {
      if (error.stdout === '') throw new Error(`dependency-cruiser failed: ${error.stderr}`);
      return error.stdout;
    },
  );
  return (JSON.parse(output) as { readonly summary: { readonly violations: readonly Violation[] } }).summary.violations;
}
