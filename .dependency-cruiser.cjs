/** The import rules of docs/architecture.md, made from `.ci/layers.cjs`; every one is an error. */
const {
  PACKAGES,
  SERVICE,
  WEB,
  MIGRATIONS,
  PURE,
  NEVER_REACHED,
  FRAMEWORK_FREE,
  ADAPTERS_MAY,
  RXJS,
} = require('./.ci/layers.cjs');

const SPEC = '\\.(spec|e2e-spec|full-spec)\\.ts$';
const ENTRY = '/index\\.ts$';
const never = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });
const escaped = (text) => text.replaceAll('/', '\\/').replaceAll('.', '\\.');

/** The files of one folder, without those of its subfolders. */
const filesOf = (path, folder) => `^${escaped(folder === '' ? path : `${path}/${folder}`)}/[^/]+$`;

/** Each folder imports itself and the rows above it. */
function folderRules(name, { path, layers }, except = []) {
  const below = [];
  const rules = [];
  for (const row of layers) {
    for (const folder of row) {
      rules.push(
        never(
          `${name}: ${folder === '' ? 'the root' : folder} imports only itself and lower folders`,
          'The folders of a package are layers; see .ci/layers.cjs.',
          { path: filesOf(path, folder), pathNot: `${SPEC}|${ENTRY}` },
          { path: `^${escaped(path)}/`, pathNot: [folder, ...below].map((f) => filesOf(path, f)) },
        ),
      );
    }
    below.push(...row);
  }
  rules.push(
    never(
      `${name}: every file is in a listed folder`,
      'A folder that .ci/layers.cjs does not list has no rules.',
      {
        path: `^${escaped(path)}/`,
        pathNot: [SPEC, ENTRY, ...[except].flat(), ...layers.flat().map((f) => filesOf(path, f))],
      },
      {},
    ),
  );
  return rules;
}

const nameOf = ({ path }) => path.replace(/^libs\/|\/src$/g, '');
const entriesOf = ({ path, entries }) =>
  entries.map((e) => `^${escaped(e === '' ? path : `${path}/${e}`)}/index\\.ts$`);

/** A file imports what it needs, not the index that exports it to other packages. */
function entryRule(pkg) {
  return never(
    `${nameOf(pkg)}: entry points are for other packages`,
    'A file imports what it needs, not the index that exports it.',
    { path: `^${escaped(pkg.path)}/`, pathNot: [SPEC, ENTRY] },
    { path: entriesOf(pkg) },
  );
}

/** Each package imports the packages below it, by their entry points. */
function packageRules() {
  return PACKAGES.map((pkg, at) =>
    never(
      `${nameOf(pkg)} imports only lower packages, by their entry points`,
      'Packages are layers; see .ci/layers.cjs.',
      { path: `^${escaped(pkg.path)}/`, pathNot: SPEC },
      {
        path: '^(libs|src|test|migrations)/',
        pathNot: [`^${escaped(pkg.path)}/`, ...PACKAGES.slice(0, at).flatMap(entriesOf)],
      },
    ),
  );
}

module.exports = {
  forbidden: [
    never('no cycles', 'Data flows one way.', {}, { circular: true }),
    never('nothing imports a spec', 'Specs are leaves.', { pathNot: SPEC }, { path: SPEC }),
    never(
      'protocol imports nothing',
      'Zero dependencies.',
      { path: '^libs/sse-protocol/src/', pathNot: SPEC },
      { pathNot: '^libs/sse-protocol/src/' },
    ),
    ...packageRules(),
    ...PACKAGES.flatMap((pkg) => [...folderRules(nameOf(pkg), pkg), entryRule(pkg)]),
    ...folderRules('service', SERVICE, '^src/web/'),
    ...folderRules('pages', WEB),
    never(
      'pages import nothing of the server',
      'They run in the browser.',
      { path: '^src/web/', pathNot: [SPEC, 'vite\\.config'] },
      { path: '^(src/(?!web/)|libs/(?!sse-protocol/)|migrations/)' },
    ),
    never(
      'service imports packages by their entry points',
      'No deep paths into a package.',
      { path: '^src/' },
      { path: '^libs/', pathNot: PACKAGES.flatMap(entriesOf) },
    ),
    never(
      'adapters know seams, not the hub',
      'An adapter is an object handed to forRoot.',
      { path: '^libs/sse/src/adapters/', pathNot: SPEC },
      { path: '^libs/sse/src/', pathNot: `^libs/sse/src/(${ADAPTERS_MAY.join('|')})/` },
    ),
    never(
      'adapters are chosen in realtime',
      'One folder of the service chooses engines.',
      { path: '^src/(?!realtime/)' },
      { path: '^libs/sse/src/adapters/' },
    ),
    never(
      'migrations import nothing of ours',
      'Hosts run them alone.',
      { path: `^${MIGRATIONS}/` },
      { path: '^(libs|src|test)/' },
    ),
    ...PURE.flatMap(({ path, may }) => [
      never(
        `${path} imports only what its allow-list names`,
        'Pure rules: no framework, database, clock or randomness.',
        { path: `^${escaped(path)}/`, pathNot: SPEC },
        { pathNot: [`^${escaped(path)}/`, ...may.map((one) => `^${escaped(one)}`)] },
      ),
      never(
        `${path} reaches no framework, driver or mapper`,
        'Not through another file either.',
        { path: `^${escaped(path)}/`, pathNot: SPEC },
        { path: NEVER_REACHED, reachable: true },
      ),
    ]),
    never(
      'framework-free folders reach no Nest',
      'The hub and what it is made of run without Nest.',
      { path: FRAMEWORK_FREE.map((path) => `^${path}/`), pathNot: SPEC },
      { path: '^node_modules/@nestjs/', reachable: true },
    ),
    never(
      'rxjs stays at the edge',
      'Inner loops are plain loops.',
      { path: `^libs/sse/src/(?!(${RXJS.join('|')})/)`, pathNot: `${SPEC}|sse\\.module` },
      { path: '^node_modules/rxjs/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@nest-herald/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
