/** The import rules of docs/architecture.md; every one is an error. */
const never = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    never('no-cycles', 'Data flows one way.', {}, { circular: true }),
    never(
      'nothing-imports-a-spec',
      'Specs are leaves.',
      { pathNot: '\\.(spec|e2e-spec|full-spec)\\.ts$' },
      { path: '\\.(spec|e2e-spec|full-spec)\\.ts$' },
    ),
    never(
      'libraries-never-import-the-service',
      'Libraries are embedded by hosts.',
      { path: '^(libs|migrations)/' },
      { path: '^(src|test)/' },
    ),
    never(
      'service-imports-packages-by-name',
      'No deep paths into libs.',
      { path: '^src/' },
      { path: '^libs/[^/]+/src/(?!(index|(adapters/[^/]+|testing)/index)\\.ts$)' },
    ),
    never(
      'adapters-only-in-realtime',
      'One place chooses adapters; database/ holds the pools that they use.',
      { path: '^src/(?!realtime/|database/)' },
      { path: '^libs/sse/src/adapters/' },
    ),
    never(
      'protocol-imports-nothing',
      'Zero dependencies.',
      { path: '^libs/sse-protocol/src/', pathNot: '\\.spec\\.ts$' },
      { pathNot: '^libs/sse-protocol/src/' },
    ),
    never(
      'sse-core-stays-low',
      'Vocabulary imports only the protocol and itself.',
      {
        path: '^libs/sse/src/(audience|envelope|principal|clock|id-generator|sse\\.errors|sse\\.options|observability/[^/]+)\\.ts$',
      },
      { path: '^libs/sse/src/(hub|connection|http|adapters|sse-broker|sse\\.module)' },
    ),
    never(
      'connection-log-backplane-presence-know-no-hub',
      'Below the hub.',
      { path: '^libs/sse/src/(connection|event-log|backplane|presence)/', pathNot: '\\.spec\\.ts$' },
      { path: '^libs/sse/src/(hub|http|adapters|sse-broker|sse\\.module|testing)' },
    ),
    never(
      'hub-knows-no-http',
      'Below http; no Nest.',
      { path: '^libs/sse/src/hub/', pathNot: '\\.spec\\.ts$' },
      { path: '^libs/sse/src/(control/|http|adapters|sse-broker|sse\\.module|testing)|^node_modules/@nestjs/' },
    ),
    never(
      'control-knows-no-http',
      'Above the hub, below broker and http; no Nest.',
      { path: '^libs/sse/src/control/', pathNot: '\\.spec\\.ts$' },
      { path: '^libs/sse/src/(http|adapters|sse-broker|sse\\.module|testing)|^node_modules/@nestjs/' },
    ),
    never(
      'core-knows-no-adapter',
      'Adapters are objects handed to forRoot.',
      { path: '^libs/sse/src/(?!adapters/|testing/)', pathNot: '\\.spec\\.ts$' },
      { path: '^libs/sse/src/adapters/' },
    ),
    never(
      'adapters-know-no-hub',
      'Interfaces, envelope, errors and their driver only.',
      { path: '^libs/sse/src/adapters/', pathNot: '\\.spec\\.ts$' },
      { path: '^libs/sse/src/(hub|http|sse-broker|sse\\.module)' },
    ),
    never(
      'rxjs-at-the-edge',
      'RxJS stays in hub, http and sse-broker.',
      { path: '^libs/sse/src/(?!hub/|http/|sse-broker|sse\\.module|testing/)', pathNot: '\\.spec\\.ts$' },
      { path: '^node_modules/rxjs/' },
    ),
    never(
      'notifications-use-public-sse',
      'Only the public surface of sse.',
      { path: '^libs/notifications/' },
      { path: '^libs/(approvals|sse/src/(?!index\\.ts$|adapters/[^/]+/index\\.ts$|testing/index\\.ts$))' },
    ),
    never(
      'pure-rules-stay-pure',
      'No framework, database, clock or randomness.',
      { path: '^libs/(notifications/src/notification|approvals/src/engine/.+)\\.ts$', pathNot: '\\.spec\\.ts$' },
      { path: '^node_modules/(@nestjs|typeorm|pg)/' },
    ),
    never(
      'approvals-use-public-surfaces',
      'Only public surfaces.',
      { path: '^libs/approvals/' },
      { path: '^(src/|libs/(sse|notifications)/src/(?!index\\.ts$|adapters/[^/]+/index\\.ts$|testing/index\\.ts$))' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|^src/web/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@nest-herald/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
