import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId, type Clock, type Principal, randomIdGenerator } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { type CredentialDeps, Credentials } from './credentials.js';
import { MemoryTicketStore } from './memory-ticket-store.js';
import { StreamTickets } from './stream-ticket.js';
import { invalidToken } from './token-claims.js';

class MovableClock implements Clock {
  ms = Date.parse('2026-01-02T03:04:05Z');
  now = (): Date => new Date(this.ms);
  monotonicMs = (): number => this.ms;
}

const clock = new MovableClock();
const principalOf = (userId: string): Principal => ({
  tenantId: asTenantId('acme'),
  userId: asUserId(userId),
  roles: [],
  permissions: [],
  topics: [],
  expiresAt: new Date(clock.ms + 3_600_000),
  issuedAt: clock.now(),
});

function subject(overrides: Partial<CredentialDeps> = {}): { credentials: Credentials; tickets: StreamTickets } {
  const tickets = new StreamTickets(new MemoryTicketStore(clock), clock, randomIdGenerator, 120);
  const credentials = new Credentials({
    // A token of this test is "good-" followed by the user id.
    authenticator: {
      authenticate: (token) =>
        token.startsWith('good-')
          ? Promise.resolve(principalOf(token.slice(5)))
          : Promise.reject(invalidToken('it is not good')),
    },
    tickets,
    isRevoked: () => Promise.resolve(false),
    cookieName: 'herald_session',
    allowedOrigins: ['https://erp.example'],
    allowQueryToken: false,
    ...overrides,
  });
  return { credentials, tickets };
}

const request = (headers: Record<string, string>, method = 'GET'): IncomingMessage =>
  ({ method, headers: { host: 'herald.example', ...headers } }) as unknown as IncomingMessage;
const query = (text: string): URLSearchParams => new URLSearchParams(text);

async function outcome(answer: Promise<Principal>): Promise<string> {
  try {
    return (await answer).userId;
  } catch (error) {
    if (error instanceof SseRefusal) return `${error.status} ${error.code}`;
    throw error;
  }
}

describe('the credentials of a stream', () => {
  it('are checked in the order header, ticket, cookie, URL', async () => {
    const { credentials, tickets } = subject({ allowQueryToken: true });
    const all = { authorization: 'Bearer good-header', cookie: 'herald_session=good-cookie' };
    const spend = async (headers: Record<string, string>): Promise<string> => {
      const { ticket } = await tickets.issue(principalOf('ticket'), null);
      return outcome(credentials.ofStream(request(headers), query(`ticket=${ticket}&token=good-url`)));
    };
    expect(await spend(all)).toBe('header');
    expect(await spend({ cookie: all.cookie })).toBe('ticket');
    expect(await outcome(credentials.ofStream(request({ cookie: all.cookie }), query('token=good-url')))).toBe(
      'cookie',
    );
    expect(await outcome(credentials.ofStream(request({}), query('access_token=good-url')))).toBe('url');
  });

  it('are missing when the request has none', async () => {
    expect(await outcome(subject().credentials.ofStream(request({}), query('')))).toBe('401 missing_token');
  });

  it('do not fall through from a bad header to a good cookie', async () => {
    const headers = { authorization: 'Bearer bad', cookie: 'herald_session=good-ann' };
    expect(await outcome(subject().credentials.ofStream(request(headers), query('')))).toBe('401 invalid_token');
    headers.authorization = 'Bearer';
    expect(await outcome(subject().credentials.ofStream(request(headers), query('')))).toBe('401 invalid_token');
  });

  it('ignore the login of a proxy beside the cookie', async () => {
    const headers = { authorization: 'Basic YTpi', cookie: 'herald_session=good-ann' };
    expect(await outcome(subject().credentials.ofStream(request(headers), query('')))).toBe('ann');
  });

  it('must not include a token in the URL, and the refusal does not repeat it', () => {
    const { credentials } = subject();
    for (const name of ['token', 'access_token']) {
      expect(() => credentials.refuseTokenInUrl(query(`${name}=good-canary`))).toThrow(/token_in_url/);
      expect(() => credentials.refuseTokenInUrl(query(`${name}=good-canary`))).not.toThrow(/canary/);
    }
    expect(() => credentials.refuseTokenInUrl(query('tokens=1&ticket=x'))).not.toThrow();
  });

  it('fall through from a spent ticket to the cookie, and to a refusal without one', async () => {
    const { credentials, tickets } = subject();
    const { ticket } = await tickets.issue(principalOf('ticket'), null);
    const open = (headers: Record<string, string>): Promise<string> =>
      outcome(credentials.ofStream(request(headers), query(`ticket=${ticket}`)));
    expect(await open({})).toBe('ticket');
    expect(await open({ cookie: 'herald_session=good-ann' })).toBe('ann');
    expect(await open({})).toBe('401 invalid_ticket');
  });

  it('are not spent by HEAD: the ticket stays valid', async () => {
    const { credentials, tickets } = subject();
    const { ticket } = await tickets.issue(principalOf('ticket'), null);
    expect(await outcome(credentials.ofStream(request({}, 'HEAD'), query(`ticket=${ticket}`)))).toBe(
      '401 missing_token',
    );
    expect(await outcome(credentials.ofStream(request({}), query(`ticket=${ticket}`)))).toBe('ticket');
  });

  it('never include a token in the URL of an ordinary request', async () => {
    const { credentials } = subject({ allowQueryToken: true });
    expect(await outcome(credentials.ofRequest(request({})))).toBe('401 missing_token');
  });

  it('never include a cookie where cookies are off', async () => {
    const headers = { cookie: 'herald_session=good-ann' };
    expect(await outcome(subject({ cookieName: false }).credentials.ofStream(request(headers), query('')))).toBe(
      '401 missing_token',
    );
  });
});

describe('a ticket', () => {
  it('opens one of two parallel streams', async () => {
    const { tickets } = subject();
    const { ticket } = await tickets.issue(principalOf('ann'), null);
    const answers = await Promise.all([1, 2].map(() => outcome(tickets.redeem(ticket, null))));
    expect(answers.toSorted()).toEqual(['401 invalid_ticket', 'ann']);
  });

  it('expires after 30 seconds, and never later than its token', async () => {
    const { tickets } = subject();
    const { ticket, expiresAt } = await tickets.issue(principalOf('ann'), null);
    expect(expiresAt.getTime() - clock.ms).toBe(30_000);
    clock.ms += 30_000;
    expect(await outcome(tickets.redeem(ticket, null))).toBe('401 invalid_ticket');
    const short = { ...principalOf('ann'), expiresAt: new Date(clock.ms + 1_000) };
    expect((await tickets.issue(short, null)).expiresAt).toEqual(short.expiresAt);
  });

  it('is bound to the origin that requested it, and another origin spends it', async () => {
    const { tickets } = subject();
    const { ticket } = await tickets.issue(principalOf('ann'), 'https://erp.example');
    expect(await outcome(tickets.redeem(ticket, 'https://evil.example'))).toBe('401 invalid_ticket');
    expect(await outcome(tickets.redeem(ticket, 'https://erp.example'))).toBe('401 invalid_ticket');
    const next = await tickets.issue(principalOf('ann'), 'https://erp.example');
    expect(await outcome(tickets.redeem(next.ticket, null))).toBe('ann');
  });

  it('has 256 random bits, and the store never contains it', async () => {
    const stored: unknown[] = [];
    const store = { issue: async (record: unknown) => void stored.push(record), redeem: () => Promise.resolve(null) };
    const { ticket } = await new StreamTickets(store, clock, randomIdGenerator, 0).issue(principalOf('ann'), null);
    expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(stored)).not.toContain(ticket);
  });

  it('is refused while the store is full of valid ones, and issued again when those have expired', async () => {
    const tickets = new StreamTickets(new MemoryTicketStore(clock, 2), clock, randomIdGenerator, 120);
    await tickets.issue(principalOf('ann'), null);
    await tickets.issue(principalOf('ann'), null);
    await expect(tickets.issue(principalOf('ann'), null)).rejects.toMatchObject({
      status: 503,
      code: 'at_capacity',
    });
    clock.ms += 30_000;
    await expect(tickets.issue(principalOf('ann'), null)).resolves.toMatchObject({ ticket: expect.any(String) });
  });
});

describe('tickets', () => {
  it('are limited per user and minute, without affecting other users', async () => {
    const tickets = new StreamTickets(new MemoryTicketStore(clock), clock, randomIdGenerator, 2);
    await tickets.issue(principalOf('ann'), null);
    await tickets.issue(principalOf('ann'), null);
    await expect(tickets.issue(principalOf('ann'), null)).rejects.toMatchObject({
      status: 429,
      code: 'rate_limited',
    });
    await tickets.issue(principalOf('bob'), null);
    await tickets.issue({ ...principalOf('ann'), tenantId: asTenantId('beta') }, null);
    clock.ms += 60_000;
    await tickets.issue(principalOf('ann'), null);
  });
});

describe('a cookie', () => {
  const cookie = 'a=b; herald_session=good-ann; c=d';
  it.each<[string, Record<string, string>, string]>([
    ['without Origin and Sec-Fetch-Site, as a same-origin EventSource sends it', {}, 'ann'],
    ['from our own origin', { origin: 'https://herald.example' }, 'ann'],
    ['from our own origin behind a proxy that terminates TLS', { origin: 'http://herald.example' }, 'ann'],
    ['from an allowed origin', { origin: 'https://erp.example', 'sec-fetch-site': 'cross-site' }, 'ann'],
    ['typed into the address bar', { 'sec-fetch-site': 'none' }, 'ann'],
    ['from the same origin by Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin' }, 'ann'],
    ['from a foreign origin', { origin: 'https://evil.example' }, '403 origin_forbidden'],
    ['from an origin that begins like ours', { origin: 'https://herald.example.evil.example' }, '403 origin_forbidden'],
    ['from an origin that ends like ours', { origin: 'https://evil-herald.example' }, '403 origin_forbidden'],
    ['from another port', { origin: 'https://herald.example:8443' }, '403 origin_forbidden'],
    ['from a sandbox', { origin: 'null' }, '403 origin_forbidden'],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, '403 origin_forbidden'],
    ['from another subdomain', { 'sec-fetch-site': 'same-site' }, '403 origin_forbidden'],
  ])('%s', async (_, headers, answer) => {
    expect(await outcome(subject().credentials.ofStream(request({ cookie, ...headers }), query('')))).toBe(answer);
  });

  it('of another name is ignored', async () => {
    const headers = { cookie: 'x_herald_session=good-ann; herald_session=' };
    expect(await outcome(subject().credentials.ofStream(request(headers), query('')))).toBe('401 missing_token');
  });
});
