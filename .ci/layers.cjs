/**
 * The layers of the code, lowest first: the one list from which the import rules are made (.dependency-cruiser.cjs) and that
 * `test/architecture` checks for completeness. docs/architecture.md explains it.
 *
 * A package imports only from packages before it, and only their entry points. Inside a package, a folder imports itself and
 * the folders in the rows above it; folders in one row do not know each other. `''` is the package's root folder. An
 * `index.ts` is an entry point: it may name every folder of its package, and no file of the package imports it.
 */

/** Packages, lowest first; `entries` are the folders with an entry point. */
const PACKAGES = [
  { path: 'libs/sse-protocol/src', entries: [''], layers: [['']] },
  {
    path: 'libs/platform/src',
    entries: ['', 'http', 'postgres'],
    layers: [
      ['errors'],
      ['identity', 'options', 'transactions', 'node-http'],
      ['time'],
      ['problem'],
      ['http'],
      ['http/legacy'],
      ['postgres/connection', 'postgres/tenancy'],
      ['postgres/idempotency'],
      ['postgres'],
    ],
  },
  {
    path: 'libs/sse/src',
    entries: ['', 'adapters/postgres', 'adapters/redis', 'adapters/nats', 'testing', 'spi'],
    layers: [
      ['observability', 'time'],
      ['vocabulary'],
      ['seams'],
      ['event-log', 'presence'],
      ['backplane'],
      ['admission', 'connection/output', 'options'],
      ['connection/timing'],
      ['connection'],
      ['hub/feed', 'hub/presence'],
      ['hub'],
      ['control'],
      ['broker'],
      ['http/problem'],
      ['http/identity'],
      ['http/stream', 'http/operations'],
      ['http/poll', 'http/websocket'],
      [''],
      [
        'adapters/nats',
        'adapters/redis',
        'adapters/postgres/backplane',
        'adapters/postgres/control',
        'adapters/postgres/presence',
      ],
      ['adapters/postgres/event-log'],
      ['adapters/postgres'],
      ['testing', 'spi'],
    ],
  },
  {
    path: 'libs/directory/src',
    entries: [''],
    layers: [['seams', 'people'], ['store', 'audience'], ['http'], ['']],
  },
  {
    path: 'libs/notifications/src',
    entries: [''],
    layers: [
      ['notification'],
      ['options', 'errors'],
      ['store'],
      ['schemas'],
      ['inbox', 'send', 'maintenance'],
      ['http'],
      [''],
    ],
  },
  {
    path: 'libs/approvals/src',
    entries: ['', 'testing'],
    layers: [
      ['engine/directory', 'engine/form'],
      ['engine/definition', 'engine/expression'],
      ['engine/graph', 'engine/instance'],
      ['engine/assignees', 'engine/audit', 'engine/diagram', 'engine/validation'],
      ['engine/decide'],
      ['engine'],
      ['store'],
      ['application/announce'],
      ['application'],
      ['http'],
      [''],
      ['processes', 'testing'],
    ],
  },
];

/** The SQL of all packages and what applies it. Of the packages only the service imports it. */
const MIGRATIONS = 'migrations';

/** The service's folders, lowest first; they import packages by name. */
const SERVICE = {
  path: 'src',
  layers: [
    ['config'],
    ['logging', 'pages'],
    ['database'],
    ['health', 'http'],
    ['realtime'],
    ['demo/data'],
    ['demo/documents'],
    ['demo/leave', 'demo/orders'],
    ['demo/application'],
    ['demo/http'],
    ['demo/company', 'demo/notices'],
    ['demo/day'],
    ['demo'],
    ['identity'],
    ['openapi/description'],
    ['openapi/approvals'],
    ['openapi'],
    [''],
  ],
};

/** The folders of the pages, lowest first. */
const WEB = {
  path: 'src/web',
  layers: [
    ['reactive', 'styles'],
    ['i18n'],
    ['api'],
    ['stream'],
    ['inbox', 'approvals'],
    ['app'],
    ['components'],
    [''],
  ],
};

/**
 * Folders that are pure rules: an allow-list of what their files may import, directly. What they may reach through others
 * is checked by `NEVER_REACHED`.
 */
const PURE = [
  {
    path: 'libs/sse/src/vocabulary',
    may: ['libs/sse/src/observability', 'libs/sse-protocol/src', 'libs/platform/src/index.ts'],
  },
  {
    path: 'libs/approvals/src/engine',
    may: ['node_modules/zod', 'node_modules/@marcbachmann/cel-js', '(node:)?crypto$'],
  },
];

/** Libraries that pure folders and the framework-free ones never reach, however far down the imports. */
const NEVER_REACHED = '^node_modules/(@nestjs|typeorm|pg|rxjs|redis|@nats-io|express|ws)/';

/** Folders without the framework: no `@nestjs` import, direct or through another file. */
const FRAMEWORK_FREE = [
  'libs/platform/src/(errors|identity|options|transactions|time)',
  'libs/sse/src/(time|admission|connection|hub|control|event-log|presence|backplane|seams|observability)',
];

/** Of `libs/sse`, what an adapter is written against; nothing of the hub or the controllers. */
const ADAPTERS_MAY = ['vocabulary', 'seams', 'time', 'event-log', 'presence', 'backplane', 'adapters'];

/** Folders that may import RxJS; the rest of `libs/sse` may not. */
const RXJS = ['hub', 'http', 'broker', 'testing'];

module.exports = { PACKAGES, SERVICE, WEB, MIGRATIONS, PURE, NEVER_REACHED, FRAMEWORK_FREE, ADAPTERS_MAY, RXJS };
