/**
 * Finds the words that docs/glossary.md refuses, in every tracked text file and in file names. Identifiers are split into words.
 *
 * .ci/words-today.json lists the violations that existed when the check was introduced, by word and file. The check fails on
 * any other violation. `--update` removes from the list what was fixed; nothing adds to it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const LIST = '.ci/words-today.json';
/** Between two words of one phrase: spaces, a line break, and the start of the next comment line. */
const GAP = '[\\s*/#>-]+';
const REFUSED = {
  crowd: 'crowd(s|ed|ing)?',
  whom: 'whom(ever)?',
  whoever: 'whoever',
  somebody: 'somebody',
  nobody: 'nobody',
  twin: 'twin(s|ned|ning)?',
  poke: 'pok(e|es|ed|er|ing)',
  obey: 'obey(s|ed|ing)?',
  numberer: 'numberers?',
  numbering: 'numberings?',
  'sign of life': `signs?${GAP}of${GAP}li(f|v)es?`,
  goodbye: 'goodbyes?',
  'put away': `put(s|ting)?${GAP}(\\w+${GAP}){0,2}away`,
  anew: 'anew',
  afresh: 'afresh',
};
/** Names on the wire, of the operating system, and in databases of version 0.1.0. */
const EXEMPT = [
  {
    files: /\/(server-user|cluster-files|pooler-server)\.ts$|^docs\/operations\.md$/,
    text: /(?<=[`'])nobody(?=[`':])/g,
  },
  { files: /./, text: /\bnobody_to_act\b/g },
  { files: /\/first-version\.ts$/, text: /\b(crowds|say_goodbye)\(/g },
];
/** The pages that name the words, texts of others, and generated files. */
const SKIPPED =
  /^(\.ci\/words.*|CHANGELOG\.md|(.*\/)?LICENSE|docs\/glossary\.md|test\/architecture\/words\..*|.*package-lock\.json|migrations\/schema\.sql)$/;
const BINARY = /\.(gz|png|jpg|ico|woff2?)$/;

const found = {};
const places = [];
for (const path of trackedFiles()) {
  for (const { word, line } of [...wordsIn(path, path, 0), ...wordsIn(path, readFileSync(path, 'utf8'), 1)]) {
    const files = (found[word] ??= {});
    files[path] = (files[path] ?? 0) + 1;
    places.push({ word, path, line });
  }
}

const allowed = existsSync(LIST) ? JSON.parse(readFileSync(LIST, 'utf8')) : {};
if (process.argv.includes('--update')) update();
else report();

function trackedFiles() {
  return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && !SKIPPED.test(path) && !BINARY.test(path) && existsSync(path));
}

function wordsIn(path, text, firstLine) {
  const plain = EXEMPT.filter(({ files }) => files.test(path))
    .reduce((rest, exempt) => rest.replace(exempt.text, ''), text)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll('_', ' ');
  return Object.entries(REFUSED).flatMap(([word, pattern]) =>
    [...plain.matchAll(new RegExp(`\\b(?:${pattern})\\b`, 'gi'))].map(({ index }) => ({
      word,
      line: firstLine + plain.slice(0, index).split('\n').length - 1,
    })),
  );
}

/** A file that moved keeps its violations: what its old path had is free for other files. */
function surplusOf(word) {
  const before = allowed[word] ?? {};
  let moved = Object.entries(before).reduce((sum, [path, count]) => sum + (existsSync(path) ? 0 : count), 0);
  return Object.entries(found[word] ?? {}).filter(([path, count]) => {
    const more = count - (before[path] ?? 0);
    if (more <= 0) return false;
    moved -= more;
    return moved < 0;
  });
}

function report() {
  const faults = Object.keys(found).flatMap((word) =>
    surplusOf(word).flatMap(([path, count]) => {
      const lines = places
        .filter((each) => each.word === word && each.path === path)
        .map(({ line }) => line || 'file name');
      return `${path}: "${word}" ${count} times, ${allowed[word]?.[path] ?? 0} allowed (lines ${lines.join(', ')})`;
    }),
  );
  const now = total(found);
  if (faults.length > 0) {
    console.error(`${faults.join('\n')}\nThese words are refused: use the terms of docs/glossary.md.`);
    process.exitCode = 1;
  } else if (now < total(allowed)) {
    console.log(`${now} refused words, ${total(allowed)} on the list. Shorten it: node .ci/words.mjs --update`);
  } else {
    console.log(`${now} refused words.`);
  }
}

function update() {
  const next = {};
  for (const [word, files] of Object.entries(found)) {
    const surplus = new Set(surplusOf(word).map(([path]) => path));
    for (const [path, count] of Object.entries(files)) {
      const kept = surplus.has(path) ? Math.min(count, allowed[word]?.[path] ?? 0) : count;
      if (kept > 0) (next[word] ??= {})[path] = kept;
    }
  }
  if (total(next) === 0) rmSync(LIST, { force: true });
  else writeFileSync(LIST, `${JSON.stringify(next, null, 2)}\n`);
  console.log(`${total(next)} refused words on the list.`);
}

function total(words) {
  return Object.values(words)
    .flatMap((files) => Object.values(files))
    .reduce((sum, count) => sum + count, 0);
}
