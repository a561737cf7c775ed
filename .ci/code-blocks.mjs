/**
 * Type-checks every block of TypeScript in the READMEs, in docs/ and in docstrings, against the sources. Each block is a module.
 * What it assumes is declared in a comment right before it, which the rendered page does not show:
 *
 *     <!-- ts
 *     declare const broker: SseBroker;
 *     -->
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const OUT = join(ROOT, 'dist/code-blocks');
const LEFT_OUT = /(^|\/)(node_modules|dist)\//;

const files = [
  'README.md',
  ...['docs', 'libs', 'migrations', 'src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  ),
].filter((path) => /\.(md|ts)$/.test(path) && !LEFT_OUT.test(path));
const blocks = files
  .sort((a, b) => (a < b ? -1 : 1))
  .flatMap((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return blocksOf(path, path.endsWith('.md') ? text : docstringsOf(text));
  });
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
for (const { name, code } of blocks) writeFileSync(join(OUT, name), code);
writeFileSync(
  join(OUT, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.base.json',
    compilerOptions: { noEmit: true, composite: false, lib: ['ES2023', 'DOM'], types: ['node', 'jest'] },
    files: blocks.map(({ name }) => name),
  }),
);
const tsc = join(ROOT, 'node_modules/typescript-7/bin/tsc');
const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', OUT], { cwd: ROOT, encoding: 'utf8' });
process.stdout.write(
  stdout.replace(/^dist\/code-blocks\/([^(]+)\((\d+),/gm, (_, name, line) => positionOf(name, Number(line))),
);
if (status === 0) process.stdout.write(`${blocks.length} blocks of code compile\n`);
process.exit(status ?? 1);

/** Each fenced block with its line in the file and the declarations before it. */
function blocksOf(path, text) {
  const found = [];
  const fence = /(?:<!-- ts\n([\s\S]*?)-->\n+)?^```ts\n([\s\S]*?)^```$/gm;
  for (const match of text.matchAll(fence)) {
    const declared = match[1] ?? '';
    const line = text.slice(0, match.index + match[0].indexOf('```ts\n')).split('\n').length + 1;
    found.push({
      path,
      line,
      declaredLines: declared.split('\n').length - 1,
      name: `${path.replaceAll(/[/.]/g, '-')}-${line}.ts`,
      // The last line makes a module of a block that neither imports nor exports.
      code: `${declared}${match[2]}\nexport {};\n`,
    });
  }
  return found;
}

/** The text of docstrings at its lines; everything else becomes empty lines. */
function docstringsOf(text) {
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^\s*\/\*\*/.test(line)) inside = true;
      const words = inside ? line.replace(/^\s*\/?\*+\/? ?/, '') : '';
      if (line.includes('*/')) inside = false;
      return words;
    })
    .join('\n');
}

function positionOf(name, line) {
  const block = blocks.find((each) => each.name === name);
  if (block === undefined) return `${name}(${line},`;
  return `${block.path}(${block.line + line - 1 - block.declaredLines},`;
}
