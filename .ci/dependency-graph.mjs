/**
 * Draws which folder imports which into docs/architecture.md, between the markers. `--check` writes nothing and fails
 * when the drawing is stale; `--read <file>` takes the imports from what .ci/imports found instead of reading the sources again.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- dependency graph: begin (written by .ci/dependency-graph.mjs) -->';
const END = '<!-- dependency graph: end -->';
const target = new URL('../docs/architecture.md', import.meta.url);

/** The unit of the drawing that a file belongs to: a folder of the service or of a package; null leaves it out. */
function unitOf(path) {
  if (/\.(spec|e2e-spec|full-spec)\.ts$/.test(path) || path.includes('/testing/')) return null;
  const service = /^src\/([^/]+)\//.exec(path);
  if (service) return `src/${service[1]}`;
  if (path.startsWith('src/')) return 'src';
  const library = /^libs\/([^/]+)\/src\/(?:(adapters\/[^/]+|[^/]+)\/)?/.exec(path);
  if (library) return library[2] ? `${library[1]}/${library[2]}` : library[1];
  return path.startsWith('migrations/') ? 'migrations' : null;
}

function imports() {
  const read = process.argv.indexOf('--read');
  if (read > 0) return readFileSync(process.argv[read + 1], 'utf8');
  const cruise = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
  return execFileSync(
    process.execPath,
    [cruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'libs', 'migrations'],
    { cwd: new URL('..', import.meta.url), encoding: 'utf8', maxBuffer: 1 << 28 },
  );
}

function edges() {
  const found = new Set();
  for (const { source, dependencies } of JSON.parse(imports()).modules) {
    const from = unitOf(source);
    if (!from) continue;
    for (const { resolved } of dependencies) {
      const to = unitOf(resolved);
      if (to && to !== from) found.add(`${from}\t${to}`);
    }
  }
  return [...found].sort(byCodeUnits).map((edge) => edge.split('\t'));
}

/** The same order on every machine, whatever its locale. */
function byCodeUnits(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function drawing(pairs) {
  const units = [...new Set(pairs.flat())].sort(byCodeUnits);
  const name = (unit) => `n${units.indexOf(unit)}`;
  const groups = new Map();
  for (const unit of units) {
    const group = unit.startsWith('src') ? 'service' : unit.split('/')[0];
    groups.set(group, [...(groups.get(group) ?? []), unit]);
  }
  const lines = ['```mermaid', 'flowchart LR'];
  for (const [group, members] of groups) {
    lines.push(`  subgraph ${group}`, ...members.map((unit) => `    ${name(unit)}["${unit}"]`), '  end');
  }
  lines.push(...pairs.map(([from, to]) => `  ${name(from)} --> ${name(to)}`), '```');
  return lines.join('\n');
}

const text = readFileSync(target, 'utf8');
const begin = text.indexOf(BEGIN);
const end = text.indexOf(END);
if (begin < 0 || end < begin) throw new Error('docs/architecture.md has lost the markers of its dependency graph.');
const fresh = `${text.slice(0, begin + BEGIN.length)}\n\n${drawing(edges())}\n\n${text.slice(end)}`;
if (fresh === text) {
  console.log('The dependency graph of docs/architecture.md is current.');
} else if (process.argv.includes('--check')) {
  console.error('The dependency graph of docs/architecture.md is stale; run: node .ci/dependency-graph.mjs');
  process.exitCode = 1;
} else {
  writeFileSync(target, fresh);
  console.log('Wrote the dependency graph into docs/architecture.md.');
}
