import type { Mutant } from './mutant.js';

/** Defects between the event log and the socket. */
export const DELIVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'tenant key omitted',
    because: 'all tenants share one feed',
    scenario: 'busy',
    caughtAs: ['cross-tenant'],
    code: [
      {
        file: 'sse/dist/hub/feed/tenant-feeds.js',
        find: 'let feed = this.#feeds.get(tenantId);',
        replace: 'let feed = this.#feeds.values().next().value;',
      },
    ],
  },
  {
    name: 'replay with the old rights',
    because: 'a user who lost a role still gets the events for the role',
    scenario: 'restless',
    caughtAs: ['not entitled'],
    code: [
      {
        file: 'sse/dist/hub/feed/catch-up.js',
        find: 'if (!connection.filter.matches(event))',
        replace: `const rights = (globalThis.mutantRights ??= new Map());
                const user = connection.tenantId + '/' + connection.userId;
                if (!rights.has(user)) rights.set(user, connection.filter);
                if (!connection.filter.matches(event) && !rights.get(user).matches(event))`,
      },
    ],
  },
  {
    name: 'an id on a reset connected',
    because: 'a client whose connection breaks right after it never learns of the gap',
    scenario: 'bad cursors',
    caughtAs: ['cursor'],
    code: [
      {
        file: 'sse/dist/connection/control-frames.js',
        find: `if (resume === 'reset')`,
        replace: `if (resume === 'none')`,
      },
    ],
  },
  {
    name: 'duplicates at the hand-over',
    because:
      'the replay reads past its horizon, and pending live events are then sent without a check of their numbers',
    scenario: 'small ring',
    caughtAs: ['duplicate'],
    code: [
      {
        file: 'sse/dist/hub/feed/catch-up.js',
        find: 'while (position < horizon) {',
        replace: 'while (position < (horizon = source.head)) {',
      },
      {
        file: 'sse/dist/connection/connection.js',
        find: 'if (event.seq <= this.#lastSeq)\n',
        replace: 'if (event.seq < 0)\n',
      },
    ],
  },
  {
    name: 'registered after the replay',
    because: 'events sent live between the last page and the registration do not reach the connection',
    scenario: 'restless',
    caughtAs: ['lost'],
    code: [
      {
        file: 'sse/dist/hub/stream-opener.js',
        find: 'feed.join(connection);',
        replace: 'setTimeout(() => feed.join(connection), 200);',
      },
    ],
  },
  {
    name: 'a forgotten overflow',
    because: 'events dropped from the pending list are not read again',
    scenario: 'small bounds',
    caughtAs: ['lost'],
    code: [
      {
        file: 'sse/dist/hub/feed/catch-up.js',
        find: 'if (!connection.takePendingOverflow())',
        replace: 'if (!connection.takePendingOverflow() || true)',
      },
    ],
  },
  {
    name: 'the tail skips batches',
    because: 'only the newest batch is read, and tenants of older ones wait for their next event',
    scenario: 'no backplane',
    caughtAs: ['lost'],
    code: [
      {
        file: 'sse/dist/adapters/postgres/event-log/batch-tail.js',
        find: 'for (const row of rows)\n',
        replace: 'for (const row of rows.slice(-1))\n',
      },
    ],
  },
  {
    name: 'hints are trusted',
    because: 'only the event that a hint names is read, not those before it',
    scenario: 'no backplane',
    caughtAs: ['lost'],
    code: [
      {
        file: 'sse/dist/hub/feed/tenant-feed.js',
        find: 'this.#next - 1, this.#announced, FETCH',
        replace: '(this.#next = this.#announced) - 1, this.#announced, FETCH',
      },
    ],
  },
  {
    name: 'ephemeral events with an id',
    because: 'they move the cursor to a position without an event',
    scenario: 'busy',
    caughtAs: ['ephemeral'],
    code: [
      {
        file: 'sse/dist/connection/output/encoded-event.js',
        find: 'frame: encodeFrame({ event: event.type, data: event.payload }),',
        replace: `frame: encodeFrame({ id: 'aaaaaaaa.1', event: event.type, data: event.payload }),`,
      },
    ],
  },
];
