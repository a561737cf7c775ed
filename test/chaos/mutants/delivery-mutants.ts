import type { Mutant } from './mutant.js';

/** Mistakes on the way from the event log to the socket. */
export const DELIVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'tenant key omitted',
    because: 'all tenants share one stream',
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
    because: 'who lost a role gets what the role was told meanwhile',
    scenario: 'restless',
    caughtAs: ['not entitled'],
    code: [
      {
        file: 'sse/dist/hub/feed/catch-up.js',
        find: 'if (!connection.maySee(event))',
        replace: `const rights = (globalThis.mutantRights ??= new Map());
                const holder = connection.tenantId + '/' + connection.userId;
                if (!rights.has(holder)) rights.set(holder, connection.filter);
                if (!connection.maySee(event) && !rights.get(holder).matches(event))`,
      },
    ],
  },
  {
    name: 'an id on a reset connected',
    because: 'who loses the line right behind it never hears of the gap',
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
    name: 'twice at the hand-over',
    because: 'the replay reads past its horizon, and what came live meanwhile is flushed behind it without a look',
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
    name: 'registered behind the replay',
    because: 'what goes out live between the last page and the registration meets nobody',
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
    because: 'what was dropped from the pending list is not read again',
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
    name: 'the tail skips holes',
    because:
      'only the newest batch is looked at, and tenants of older ones wait for their next event, if one ever comes',
    scenario: 'deaf',
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
    name: 'hints are believed',
    because: 'only the event that a hint names is read, not what lies between',
    scenario: 'deaf',
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
    because: 'they move the cursor to where the log has nothing',
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
