/**
 * Writes the API reference into dist/api-reference/: one page per entry point of each package, from the built declarations and
 * their docstrings, which are what a consumer's compiler sees. Needs `npm run build:server`. A release publishes the pages.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { readPackages } from './packages.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const OUT = join(ROOT, 'dist/api-reference');

const LABELS = { defaultValue: 'Default:', returns: 'Returns', throws: 'Throws', see: 'See', typeParam: 'Type' };

const entries = readPackages(ROOT).flatMap(({ folder, manifest: { name, description, exports } }) => {
  return (
    Object.entries(exports)
      .filter(([, target]) => typeof target === 'object' && typeof target.types === 'string')
      // publint reports an entry without a source.
      .filter(([, target]) => existsSync(join(ROOT, folder, target['@nest-herald/source'])))
      .map(([path, target]) => ({
        name: name + path.slice(1),
        page: `${(name + path.slice(1)).replace('@nest-herald/', '').replaceAll('/', '-')}.md`,
        description,
        file: join(ROOT, folder, target.types),
      }))
  );
});
const program = ts.createProgram(
  entries.map(({ file }) => file),
  { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, skipLibCheck: true, types: [] },
);
const checker = program.getTypeChecker();

const pages = new Map(entries.map((entry) => [entry.page, pageOf(entry)]));
pages.set('README.md', indexPage());
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
for (const [page, text] of pages) writeFileSync(join(OUT, page), text);
console.log(`dist/api-reference: ${pages.size} pages`);

function pageOf({ name, description, file }) {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is not built: run npm run build:server first.`);
  const exported = checker
    .getExportsOfModule(checker.getSymbolAtLocation(source))
    .map((symbol) => ({ name: symbol.name, symbol: original(symbol) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const known = new Set(exported.map((each) => each.name));
  const sections = exported.map((each) => sectionOf(each.name, each.symbol, known));
  const list = exported.map((each) => `[${each.name}](#${anchor(each.name)})`).join(' · ');
  return `# ${name}\n\n${description}\n\n${list}\n\n${sections.join('\n')}`;
}

function indexPage() {
  const rows = entries.map(({ name, page, description }) => `| [${name}](${page}) | ${description} |`);
  return `# API reference\n\nWritten from the docstrings by \`npm run docs:api\`.\n\n| entry | package |\n|---|---|\n${rows.join('\n')}\n`;
}

function original(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function sectionOf(name, symbol, known) {
  const declarations = (symbol.declarations ?? []).filter((node) => !ts.isSourceFile(node));
  const [first] = declarations;
  const doc = docOf(symbol, known);
  const code = declarations.map((node) => headOf(node)).join('\n');
  const members =
    first && (ts.isClassDeclaration(first) || ts.isInterfaceDeclaration(first)) ? membersOf(first, known) : '';
  return `## ${name}\n\n${doc}${doc === '' ? '' : '\n\n'}\`\`\`ts\n${code}\n\`\`\`\n${members}`;
}

/** The declaration without its docstring, and without the members, which get a table. */
function headOf(node) {
  if (ts.isVariableDeclaration(node)) return `const ${shortened(node.getText())};`;
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node))
    return withoutDocs(node.getText()).replace(/^(export |declare )+/, '');
  const head = node.getText().slice(0, node.members.pos - node.getStart() - 1);
  return `${withoutDocs(head)
    .replace(/^(export |declare )+/, '')
    .trim()} { … }`;
}

/** The inferred types of zod schemas are pages long and repeat the interfaces beside them. */
function shortened(text) {
  return text.length <= 200 ? text : `${text.slice(0, text.indexOf('<'))}<…>`;
}

function withoutDocs(text) {
  return text.replace(/\s*\/\*\*[\s\S]*?\*\//g, '');
}

function membersOf(node, known) {
  const members = node.members.filter((member) => {
    const flags = ts.getCombinedModifierFlags(member);
    if (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return false;
    return !(member.name && ts.isPrivateIdentifier(member.name));
  });
  if (members.length === 0) return '';
  const rows = members.map((member) => {
    const signature = withoutDocs(member.getText())
      .replace(/\s+/g, ' ')
      .replace(/^readonly /, '')
      .replace(/;$/, '');
    const symbol = member.name && checker.getSymbolAtLocation(member.name);
    const doc = symbol ? docOf(symbol, known) : jsDocText(member);
    return `| ${codeCell(signature)} | ${cell(doc)} |`;
  });
  return `\n| member | |\n|---|---|\n${rows.join('\n')}\n`;
}

function docOf(symbol, known) {
  const text = linked(ts.displayPartsToString(symbol.getDocumentationComment(checker)), known);
  const tags = symbol.getJsDocTags(checker).map(({ name, text: parts }) => {
    const words = linked(ts.displayPartsToString(parts).replace(/^-\s*/, ''), known);
    return name === 'param' ? `\`${words.replace(/^(\S+)\s*/, '$1` ')}` : `**${LABELS[name] ?? name}** ${words}`;
  });
  return [text, ...tags.map((tag) => `- ${tag}`)]
    .filter((part) => part !== '')
    .join('\n')
    .trim();
}

function jsDocText(node) {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ');
}

/** `{@link X}` becomes a link if X is on the same page. */
function linked(text, known) {
  return text.replace(/\{@link\s+([^}\s]+)[^}]*\}/g, (_, target) =>
    known.has(target) ? `[\`${target}\`](#${anchor(target)})` : `\`${target}\``,
  );
}

function anchor(name) {
  return name.toLowerCase();
}

function cell(text) {
  return text
    .replace(/\n- /g, '<br>')
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
}

function codeCell(text) {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
