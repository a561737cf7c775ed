import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../support/built-service.js';

/** A change to one built file, by exact text. */
export interface Edit {
  /** Path in the tree's packages, such as `sse/dist/hub/feed/tenant-feed.js`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const SCOPE = '@nest-herald';

/** What a built package does not need. */
const SOURCES = new Set(['src', 'examples', 'node_modules']);

/**
 * A copy of the build in a temporary directory: service and libraries are copied, every other package is linked. A run
 * keeps the code with which it began, whatever is built during the run, and a mutant never changes the product.
 */
export class ServiceTree {
  private constructor(readonly root: string) {}

  static async create(): Promise<ServiceTree> {
    const root = mkdtempSync(join(tmpdir(), 'herald-tree-'));
    cpSync(join(ROOT, 'dist', 'src'), join(root, 'dist', 'src'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
    const modules = join(root, 'node_modules');
    mkdirSync(join(modules, SCOPE), { recursive: true });
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name !== SCOPE && !name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    const libraries = readdirSync(join(ROOT, 'libs')).map((name) => join(ROOT, 'libs', name));
    for (const from of [...libraries, join(ROOT, 'migrations')]) copyPackage(from, join(modules, SCOPE));
    return new ServiceTree(root);
  }

  /** Main program of the service. */
  get entry(): string {
    return join(this.root, 'dist', 'src', 'main.js');
  }

  /** The library's entry for PostgreSQL, so that publishers run the same code. */
  get postgresEntry(): string {
    return join(this.root, 'node_modules', SCOPE, 'sse', 'dist', 'adapters', 'postgres', 'index.js');
  }

  /** @throws Error if a text does not occur exactly once: the product has changed, and the edit must follow. */
  edit(edits: readonly Edit[]): void {
    for (const { file, find, replace } of edits) {
      const path = join(this.root, 'node_modules', SCOPE, file);
      writeFileSync(path, replaceOnce(readFileSync(path, 'utf8'), find, replace, file));
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** @throws Error if `find` does not occur in `text` exactly once. */
export function replaceOnce(text: string, find: string, replace: string, where: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `${where} contains this text ${parts.length - 1} times instead of once. Adapt the edit to the product:\n${find}`,
    );
  }
  return parts.join(replace);
}

function copyPackage(from: string, into: string): void {
  if (!existsSync(join(from, 'package.json'))) return;
  const description = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as {
    name: string;
    exports?: unknown;
  };
  const to = join(into, description.name.slice(SCOPE.length + 1));
  mkdirSync(to);
  // Besides the build, packages ship data such as the SQL of the migrations.
  for (const name of readdirSync(from)) {
    if (!SOURCES.has(name)) cpSync(join(from, name), join(to, name), { recursive: true });
  }
  // Without the source condition, which would resolve to files outside the copy.
  const text = JSON.stringify(description, (key, value: unknown) => (key === `${SCOPE}/source` ? undefined : value));
  writeFileSync(join(to, 'package.json'), text);
}
