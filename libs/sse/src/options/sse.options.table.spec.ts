import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SseModule } from '../sse.module.js';
import { resolveSseOptions, type SseOptions } from './sse.options.js';

const jwt = { secret: 'a secret of at least thirty-two bytes' };

/** Values that an option must refuse. */
type Bad = readonly unknown[];

/** For a whole number in a range: one below, one above, a fraction, not a number, a string. */
function whole(min: number, max: number, zeroIsOff: boolean): Bad {
  const below = zeroIsOff ? [min - 1].filter((value) => value !== 0) : [min - 1];
  return [...below, -1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, String(min), null, {}];
}

const DAY_MS = 86_400_000;
const seam: Bad = [{}, 'memory', 7, null];

/** Every option, with values that it must refuse. */
const BAD: Readonly<Record<keyof Required<SseOptions>, Bad>> = {
  heartbeatIntervalMs: whole(5_000, 300_000, true),
  retryMs: whole(100, 300_000, false),
  drainMs: whole(0, 600_000, false),
  clientBufferSize: whole(1, 1_000_000, true),
  maxQueuedBytes: whole(16_384, 1_073_741_824, true),
  idleTimeoutMs: whole(10_000, DAY_MS, true),
  maxConnectionAgeMs: whole(60_000, DAY_MS, true),
  maxConnections: whole(1, 1_000_000, true),
  maxConnectionsPerTenant: whole(1, 1_000_000, true),
  maxConnectionsPerUser: whole(1, 10_000, true),
  onUserLimit: ['evict', true, null],
  connectsPerMinute: whole(1, 100_000, true),
  connectBurst: whole(1, 10_000, false),
  pollsPerMinute: whole(1, 100_000, true),
  replayMaxEvents: whole(1, 1_000_000, true),
  replayMaxAgeMs: whole(1_000, 365 * DAY_MS, true),
  replayMaxScannedRows: whole(1, 10_000_000, true),
  ringMaxEvents: whole(1, 1_000_000, false),
  ringMaxBytes: whole(65_536, 1_073_741_824, false),
  topics: ['yes', 1, null],
  onDeniedTopic: ['ignore', false, null],
  maxTopicsPerConnection: whole(1, 1_000, true),
  topicDecisionTimeoutMs: whole(100, 30_000, false),
  maxRequestTargetBytes: whole(1_024, 65_536, true),
  allowQueryToken: ['false', 0, null],
  cookieName: ['', 'two words', 'x'.repeat(65), true, 7, null],
  allowedOrigins: ['https://erp.example', [7], [null], ['*'], 7, null],
  maxTokenLifeMs: whole(60_000, 365 * DAY_MS, false),
  jwt: [null, 'a secret of at least thirty-two bytes', [jwt], { secret: 7 }, { publicKey: 7 }, { jwksUri: 7 }],
  authenticator: seam,
  topicAuthorizer: seam,
  topicResolver: seam,
  audienceResolver: seam,
  eventLog: seam,
  backplane: seam,
  presence: seam,
  ticketStore: seam,
  revocationStore: seam,
  controlMailbox: seam,
  idempotency: seam,
  clock: seam,
  idGenerator: seam,
  currentTraceparent: ['00-…', {}, null],
};

const rows = Object.entries(BAD).flatMap(([name, values]) =>
  values.map((value): [string, string, unknown] => [name, JSON.stringify(value) ?? String(value), value]),
);

/** Otherwise valid options; without `jwt` when the option is the authenticator. */
function withOption(name: string, value: unknown): SseOptions {
  return { ...(name === 'authenticator' ? {} : { jwt }), [name]: value } as SseOptions;
}

describe('every option of the module', () => {
  it('is in the table of this test and in that of the README', () => {
    const names = Object.keys(resolveSseOptions({ jwt }));
    expect(Object.keys(BAD).sort()).toEqual([...names].sort());
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, options = ''] = readme.split('\n## Options\n');
    const [table = ''] = options.split('\n## ');
    // The table shortens names with the same beginning: `maxConnections`, `…PerTenant`.
    const spelt = table
      .replaceAll('`…PerTenant`', '`maxConnectionsPerTenant`')
      .replaceAll('`…PerUser`', '`maxConnectionsPerUser`');
    expect(names.filter((name) => !spelt.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(rows)('%s refuses %s with an error that names it', (name, _, value) => {
    expect(() => resolveSseOptions(withOption(name, value))).toThrow(
      expect.objectContaining({
        code: 'ERR_SSE_INVALID_OPTIONS',
        message: expect.stringMatching(new RegExp(`^- ${name}\\b`, 'm')) as unknown as string,
      }),
    );
  });

  it('is reported together with all other invalid ones', () => {
    const { authenticator: _, ...others } = BAD;
    const all = Object.fromEntries(Object.entries(others).map(([name, values]) => [name, values[0]]));
    let message = '';
    try {
      resolveSseOptions(all as SseOptions);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const name of Object.keys(others)) expect(message).toMatch(new RegExp(`^- ${name}\\b`, 'm'));
    expect(message).toContain(`have ${Object.keys(others).length} fault(s)`);
  });

  it.each([null, 'jwt', []])('must be in an object, which %j is not', (options) => {
    expect(() => resolveSseOptions(options as unknown as SseOptions)).toThrow(/the options must be an object/);
  });

  it('of the module definition is checked there, all faults together', () => {
    const extras = { jwt, path: 'events/:tenant', aliases: 'yes', isGlobal: 1 } as unknown as SseOptions;
    expect(() => SseModule.forRoot(extras)).toThrow(
      /have 3 fault\(s\):\n- aliases .*\n- isGlobal .*\n- path .*:tenant/,
    );
  });

  it('never shows a secret that was passed to the wrong option', () => {
    for (const options of [{ jwt: 'canary' }, { jwt: { secret: ['canary'] } }, 'canary']) {
      expect(() => resolveSseOptions(options as unknown as SseOptions)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('canary') as unknown as string }),
      );
    }
  });
});
