/**
 * Prints release notes as Markdown, per package: `npm run release:notes -- <from> [to]`, for example `v0.1.0 HEAD`.
 *
 * The scope of a Conventional Commit is the name of a package; `spec:` belongs to sse-protocol, every other scope to the
 * service. Listed are features, fixes, performance, changes of the protocol, and every breaking change.
 */
import { execFileSync } from 'node:child_process';
import { readPackages } from './packages.mjs';

const HEADINGS = { spec: 'Protocol', feat: 'Added', fix: 'Fixed', perf: 'Faster' };
const SERVICE = 'Service';

const [from, to = 'HEAD'] = process.argv.slice(2);
if (from === undefined) {
  console.error('The start of the notes is missing. Use: npm run release:notes -- <from> [to]');
  process.exit(1);
}

const titles = new Map(readPackages().map(({ name, manifest }) => [name, manifest.name]));
const notes = new Map([...titles.values(), SERVICE].map((title) => [title, new Map()]));
for (const { scopes, heading, text } of commits()) {
  const owners = scopes.map((scope) => titles.get(scope) ?? SERVICE);
  for (const owner of new Set(owners)) {
    const sections = notes.get(owner);
    sections.set(heading, [...(sections.get(heading) ?? []), text]);
  }
}
const parts = [...notes]
  .filter(([, sections]) => sections.size > 0)
  .map(([title, sections]) =>
    [`## ${title}`, ...['Breaking', ...Object.values(HEADINGS)].flatMap((heading) => list(heading, sections))].join(
      '\n\n',
    ),
  );
console.log(parts.length > 0 ? parts.join('\n\n') : `No change for users between ${from} and ${to}.`);

function commits() {
  return execFileSync('git', ['log', '--reverse', '--no-merges', '--format=%h%x1f%s%x1f%b%x1e', `${from}..${to}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
    .split('\x1e')
    .flatMap((record) => {
      const [hash = '', subject = '', body = ''] = record.trim().split('\x1f');
      const match = /^(\w+)(?:\(([^)]+)\))?(!)?: (.+)$/.exec(subject);
      if (match === null) return [];
      const [, type, scope, mark, text] = match;
      const breaking = /^BREAKING[ -]CHANGE: ([\s\S]+?)(?=\n\n|(?![\s\S]))/m.exec(body);
      const heading = mark || breaking ? 'Breaking' : HEADINGS[type];
      if (heading === undefined) return [];
      const scopes = type === 'spec' ? ['sse-protocol'] : (scope ?? '').split(/[,/]/).map((each) => each.trim());
      const remedy = breaking ? `: ${breaking[1].replace(/\s+/g, ' ')}` : '';
      return [{ scopes, heading, text: `${text}${remedy} (${hash})` }];
    });
}

function list(heading, sections) {
  const texts = sections.get(heading);
  return texts ? [`### ${heading}`, texts.map((text) => `- ${text}`).join('\n')] : [];
}
