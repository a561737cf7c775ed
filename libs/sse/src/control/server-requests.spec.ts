import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryBackplane, MemoryBus } from '../backplane/memory-backplane.js';
import { Entitlements } from './entitlements.js';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { MemoryLogStore } from '../event-log/memory-log-store.js';
import { asTenantId, type Principal, randomIdGenerator, systemClock } from '@nest-herald/platform';
import { eventually } from '../testing/eventually.js';
import { MemoryHub } from '../testing/memory-hub.js';
import { ConnectionControl } from './connection-control.js';
import { ConnectionRights } from './connection-rights.js';
import { MemoryControlMailbox } from './memory-control-mailbox.js';
import { MemoryRevocationStore } from './memory-revocation-store.js';
import { ServerRequests } from './server-requests.js';
import { Revocations } from './revocations.js';

interface Server {
  readonly memory: MemoryHub;
  readonly control: ConnectionControl;
  readonly warnings: string[];
}

const acme = asTenantId('acme');
const open: MemoryHub[] = [];
afterEach(async () => {
  for (const memory of open.splice(0)) await memory.hub.stop();
});

/** Two servers of one cluster: one bus, one log, one mailbox. */
async function cluster(bus = new MemoryBus(), mailbox = new MemoryControlMailbox()): Promise<[Server, Server]> {
  const store = new MemoryLogStore('log', systemClock);
  const server = async (nodeId: string): Promise<Server> => {
    const eventLog = new MemoryEventLog(store);
    const memory = await MemoryHub.start({ nodeId, eventLog, backplane: new MemoryBackplane(bus) });
    open.push(memory);
    const { hub } = memory;
    const warnings: string[] = [];
    const logger = { warn: (text: string) => warnings.push(text), error: (text: string) => warnings.push(text) };
    const topicAuthorizer = { mayFollow: (_: Principal, topic: string) => topic !== 'secret' };
    const entitlements = new Entitlements({
      topicAuthorizer,
      audienceResolver: undefined,
      topicDecisionTimeoutMs: 2_000,
      logger,
    });
    const revocations = new Revocations(new MemoryRevocationStore(eventLog, systemClock), systemClock, 60_000);
    const rights = new ConnectionRights({ hub, entitlements, revocations, logger });
    const requests = new ServerRequests({ hub, mailbox, ids: randomIdGenerator, logger });
    await requests.open();
    const decideTopics = (topics: readonly string[], principal: Principal) => entitlements.decide(principal, topics);
    return { memory, control: new ConnectionControl({ hub, rights, requests, decideTopics, logger }), warnings };
  };
  return [await server('near'), await server('far')];
}

describe('two servers', () => {
  it('refresh tokens, change topics and close streams of each other', async () => {
    const [near, far] = await cluster();
    const { connection } = await far.memory.connect({ topics: ['a', 'secret'] });
    const principal = { ...connection.principal, roles: ['new'] };
    expect(await near.control.refreshToken(connection.id, principal)).toEqual({ topics: ['a'], denied: ['secret'] });
    expect(connection.principal).toEqual(principal);
    expect(connection.keys).toContain('role:new');
    expect(await near.control.changeTopics(connection.id, principal, ['b'])).toEqual({ topics: ['b'], denied: [] });
    await near.control.close(connection.id, acme, connection.userId, 'revoked');
    expect(connection.state).toBe('closing');
    expect([near.warnings, far.warnings]).toEqual([[], []]);
  });

  it('refuse a remote request as they refuse a local one', async () => {
    const [near, far] = await cluster();
    const { connection } = await far.memory.connect();
    const { principal } = connection;
    const beta = { ...principal, tenantId: asTenantId('beta') };
    await expect(near.control.refreshToken(connection.id, beta)).rejects.toMatchObject({ status: 403 });
    await expect(near.control.changeTopics(connection.id, beta, [])).rejects.toMatchObject({ status: 404 });
    const missing = `far.${'0'.repeat(22)}`;
    await expect(near.control.refreshToken(missing, principal)).rejects.toMatchObject({ status: 404 });
    const nowhere = `gone.${'0'.repeat(22)}`;
    await expect(near.control.refreshToken(nowhere, principal)).rejects.toMatchObject({ status: 404 });
    expect(connection.state).toBe('live');
  });

  it('answer 504 when the other does not respond, which finds nothing to execute when it resumes', async () => {
    const bus = new MemoryBus();
    const mailbox = new MemoryControlMailbox();
    const [near, far] = await cluster(bus, mailbox);
    const { connection } = await far.memory.connect();
    const received: string[] = [];
    const eavesdropper = new MemoryBackplane(bus);
    await eavesdropper.start((message) => message.kind === 'control' && received.push(message.text));
    const take = mailbox.take.bind(mailbox);
    mailbox.take = () => Promise.resolve(null);
    const refusal = await near.control.close(connection.id, acme, null, 'revoked').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 504, code: 'node_unreachable' });
    mailbox.take = take;
    for (const text of received.splice(0)) eavesdropper.publish({ kind: 'control', to: 'far', text });
    const { connection: other } = await far.memory.connect({ user: 'bob' });
    await near.control.close(other.id, acme, null, 'revoked');
    expect([connection.state, other.state]).toEqual(['live', 'closing']);
  });
});

describe('an attacker who can only reach the backplane', () => {
  it('changes nothing, whatever is sent', async () => {
    const bus = new MemoryBus();
    const [near, far] = await cluster(bus);
    const { connection } = await far.memory.connect();
    const before = connection.principal;
    const forger = new MemoryBackplane(bus);
    const id = '0'.repeat(22);
    const request = { kind: 'token', principal: { ...before, roles: ['admin'], permissions: ['sse:admin'] } };
    const forged = [
      { kind: 'request', id, from: 'near' },
      { kind: 'answered', id, from: 'far' },
      { kind: 'request', id, from: 'near', request: { connectionId: connection.id, request } },
      { kind: 'request', id, from: 'near', connectionId: connection.id, request },
      request,
      { kind: 'request', id: "'; DROP TABLE sse.control; --", from: 'near' },
      { kind: 'request', id, from: '../near' },
      null,
      [],
      'text',
    ];
    for (const message of forged) {
      for (const to of ['far', 'near', null]) forger.publish({ kind: 'control', to, text: JSON.stringify(message) });
    }
    forger.publish({ kind: 'control', to: 'far', text: '{' });
    forger.publish({ kind: 'control', to: 'far', text: 'x'.repeat(5_000) });
    // A genuine request still works: the server has not merely stopped listening.
    await near.control.changeTopics(connection.id, before, ['a']);
    expect([connection.principal, connection.topics]).toEqual([before, ['a']]);
    expect([...near.warnings, ...far.warnings, ...near.memory.warnings, ...far.memory.warnings]).toEqual([]);
  });

  it('sees no claims, only ids of requests', async () => {
    const bus = new MemoryBus();
    const [near, far] = await cluster(bus);
    const { connection } = await far.memory.connect();
    const received: string[] = [];
    await new MemoryBackplane(bus).start((message) => message.kind === 'control' && received.push(message.text));
    await near.control.refreshToken(connection.id, { ...connection.principal, roles: ['secret-role'] });
    await eventually('wake-ups', () => received.length >= 2);
    for (const text of received) {
      expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(['from', 'id', 'kind']);
    }
    expect(received.join()).not.toContain('secret-role');
  });
});

describe('a control message', () => {
  it('is refused when it is too long for some backplane', async () => {
    const [near] = await cluster();
    expect(() => near.memory.hub.sendControl('far', 'x'.repeat(4_097))).toThrow(TypeError);
  });
});
