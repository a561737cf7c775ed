import { beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { Jitter } from '../time/jitter.js';
import { ManualClock } from '../testing/manual-clock.js';
import { RecordingSink } from '../testing/recording-sink.js';
import { Connection } from './connection.js';
import type { ConnectionHost, ConnectionSettings } from './connection-host.js';
import { encodeEphemeral, encodeLogged, type EncodedEvent } from './output/encoded-event.js';
import { Heartbeats } from './timing/heartbeats.js';
import type { ConnectionGrant } from './connection-grant.js';
import type { StreamStart } from './stream-start.js';
import { TimerWheel } from './timing/timer-wheel.js';
import { Traffic } from './traffic.js';
import { TurnScheduler } from './output/turn-scheduler.js';

const acme = asTenantId('acme');
const settings: ConnectionSettings = {
  heartbeatIntervalMs: 15_000,
  maxConnectionAgeMs: 0,
  retryMs: 3_000,
  idleTimeoutMs: 0,
  maxQueuedBytes: 262_144,
  clientBufferSize: 0,
};

const durable = (seq: number, audience = 'tenant'): EncodedEvent =>
  encodeLogged('abcdefgh', {
    tenantId: acme,
    seq,
    audience,
    recipients: null,
    type: 'note',
    payload: `${seq}`,
    createdAt: new Date(0),
  });
const tick = (payload: string): EncodedEvent =>
  encodeEphemeral({ audience: 'tenant', recipients: null, type: 'tick', payload });

/** A tenant's feed as far as one connection uses it. */
class Host implements ConnectionHost<Connection> {
  epoch = 'abcdefgh';
  head = 0;
  readonly clock = new ManualClock();
  readonly wheel = new TimerWheel(250, this.clock.monotonicMs());
  readonly heartbeats = new Heartbeats(this.clock);
  readonly jitter = new Jitter({ random: () => 'AAAAAA' });
  readonly traffic = new Traffic();
  readonly ends: (() => void)[] = [];
  readonly scheduler = new TurnScheduler((end) => this.ends.push(end));
  left = 0;
  gone = 0;
  constructor(readonly options: ConnectionSettings) {}
  leave(): void {
    this.left += 1;
  }
  closed(): void {
    this.gone += 1;
  }
  endTurn(): void {
    for (const end of this.ends.splice(0)) end();
  }
  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 250) {
      this.clock.advance(250);
      this.wheel.advance(this.clock.monotonicMs());
      this.endTurn();
    }
  }
}

describe('Connection', () => {
  let host: Host;
  let sink: RecordingSink;
  let released: number;

  const open = (
    start: StreamStart = { resume: 'live' },
    more: Partial<ConnectionSettings> = {},
    grant: Partial<ConnectionGrant> = {},
  ) => {
    host = Object.assign(new Host({ ...settings, ...more }), { head: host.head });
    const principal = {
      tenantId: acme,
      userId: asUserId('ann'),
      roles: [],
      permissions: [],
      topics: [],
      expiresAt: new Date(host.clock.now().getTime() + 3_600_000),
      issuedAt: host.clock.now(),
    };
    const slot = { principal, transport: 'sse' as const, release: () => void (released += 1) };
    const request: ConnectionGrant = {
      principal,
      keys: ['user:ann', 'tenant'],
      topics: ['job:*'],
      denied: [],
      device: 'desk',
      transport: 'sse',
      heartbeat: 'event',
      slot,
      ...grant,
    };
    const connection = new Connection('node.0123456789abcdefghijkl', request, sink, host);
    connection.begin(start);
    return connection;
  };
  const frames = (): string => {
    host.endTurn();
    return sink.events.map((event) => event.body.toString()).join('');
  };

  beforeEach(() => {
    host = new Host(settings);
    sink = new RecordingSink();
    released = 0;
  });

  it('begins with connected, its retry and the newest position in one block (P30, P31)', () => {
    host.head = 7;
    open();
    const expiry = '2026-01-01T01:00:00.000Z';
    expect(frames()).toBe(
      'retry: 3000\nid: abcdefgh.7\nevent: connected\n' +
        'data: {"connectionId":"node.0123456789abcdefghijkl","serverTime":"2026-01-01T00:00:00.000Z",' +
        `"heartbeatIntervalMs":15000,"topics":["job:*"],"resume":"live","tokenExpiresAt":"${expiry}"}\n\n`,
    );
  });

  it('repeats the client’s own cursor when it is honoured (P31)', () => {
    host.head = 7;
    const connection = open({ resume: 'replay', after: 5 });
    expect(frames()).toContain('id: abcdefgh.5\n');
    expect(connection.state).toBe('replaying');
  });

  it('sends connected without an id after a reset, followed by a resync with one (P32)', () => {
    host.head = 7;
    open({ resume: 'reset', reason: 'epoch' });
    frames();
    expect(sink.types).toEqual(['connected', 'resync']);
    expect(sink.events[0]!.body.toString()).not.toContain('id:');
    expect(sink.events[1]!.body.toString()).toBe(
      'id: abcdefgh.7\nevent: resync\ndata: {"reason":"epoch","scopes":["*"]}\n\n',
    );
  });

  it('never sends a seq twice or out of order (P21)', () => {
    const connection = open();
    for (const seq of [1, 2, 2, 1, 5, 3, 6]) connection.deliver(durable(seq));
    frames();
    expect(sink.seqs).toEqual([1, 2, 5, 6]);
  });

  it('keeps live durable events pending while it replays, and sends ephemeral ones (P51)', () => {
    host.head = 2;
    const connection = open({ resume: 'replay', after: 0 });
    connection.deliver(durable(3));
    connection.deliver(tick('now'));
    connection.replay(durable(1));
    connection.replay(durable(2));
    connection.goLive();
    frames();
    expect(sink.seqs).toEqual([1, 2, 3]);
    expect(sink.payloads('tick')).toEqual(['now']);
  });

  it('drops a pending event when the right to see it was lost during the replay', () => {
    host.head = 1;
    const connection = open({ resume: 'replay', after: 0 });
    connection.deliver(durable(2, 'topic:job:1'));
    connection.deliver(durable(3));
    connection.applySubscription({ keys: ['user:ann', 'tenant'], topics: [] });
    connection.goLive();
    frames();
    expect(sink.seqs).toEqual([3]);
  });

  it('sends close, ends after it and takes no more events (P33)', () => {
    const connection = open();
    connection.deliver(durable(1));
    connection.close('revoked');
    expect(connection.deliver(durable(2))).toBe(false);
    connection.sendEphemeral('tick', '{}');
    expect(sink.types).toEqual(['connected', 'note', 'close']);
    expect(JSON.parse(sink.payloads('close')[0]!)).toMatchObject({ reason: 'revoked', reconnect: false });
    expect(sink.isEnded).toBe(true);
  });

  it('resets a client that does not read to the end within five seconds', () => {
    const connection = open();
    host.endTurn();
    sink.fill();
    connection.deliver(durable(1));
    connection.close('shutdown');
    host.pass(4_500);
    expect(sink.isReset).toBe(false);
    host.pass(1_000);
    expect([sink.isReset, connection.state]).toEqual([true, 'closed']);
  });

  it('legacy defect 2: gives up a client that does not read, in one tick and without waiting', () => {
    const connection = open({ resume: 'live' }, { maxQueuedBytes: 500 });
    host.endTurn();
    sink.fill();
    for (let seq = 1; seq <= 20; seq++) connection.deliver(durable(seq));
    expect(connection.state).toBe('closing');
    expect(sink.types.at(-1)).toBe('close');
    expect(JSON.parse(sink.payloads('close')[0]!)).toMatchObject({ reason: 'slow_consumer', reconnect: true });
    host.pass(1_500);
    expect([sink.isReset, connection.state, released, host.left, host.gone]).toEqual([true, 'closed', 1, 1, 1]);
    expect(host.traffic.slowConsumers).toBe(1);
  });

  it('stays in the index until the end of the turn in which it was given up, for the running delivery', () => {
    const connection = open({ resume: 'live' }, { maxQueuedBytes: 100 });
    host.endTurn();
    sink.fill();
    for (let seq = 1; seq <= 10; seq++) connection.deliver(durable(seq));
    expect([connection.state, host.left]).toEqual(['closing', 0]);
    host.endTurn();
    expect(host.left).toBe(1);
  });

  it('resets at once when the close event no longer fits', () => {
    const connection = open({ resume: 'live' }, { maxQueuedBytes: 100_000 });
    host.endTurn();
    sink.fill();
    connection.deliver(durable(1));
    sink.queuedBytes = 200_000;
    connection.deliver(durable(2));
    expect([sink.isReset, sink.payloads('close')]).toEqual([true, []]);
  });

  it('legacy defect 4: releases everything once, whatever ends it and in whatever order', () => {
    const endings: ((connection: Connection) => void)[] = [
      (c) => c.close('complete'),
      () => sink.leave(),
      (c) => c.reset(),
      (c) => c.close('slow_consumer'),
    ];
    for (const first of endings) {
      for (const second of endings) {
        sink = new RecordingSink();
        released = 0;
        const connection = open();
        let calls = 0;
        connection.onClosed(() => (calls += 1));
        first(connection);
        second(connection);
        host.pass(6_000);
        sink.leave();
        expect(connection.state).toBe('closed');
        expect([released, host.left, host.gone, calls]).toEqual([1, 1, 1, 1]);
        connection.onClosed(() => (calls += 1));
        expect(calls).toBe(2);
      }
    }
  });

  it('sends a heartbeat every interval ± 10 % with the wall time (P35)', () => {
    open();
    host.pass(13_250);
    expect(sink.payloads('heartbeat')).toHaveLength(0);
    host.pass(3_500);
    expect(sink.payloads('heartbeat')).toHaveLength(1);
    const beat = JSON.parse(sink.payloads('heartbeat')[0]!) as { time: string; timestamp: number };
    expect(Math.floor(Date.parse(beat.time) / 1000)).toBe(beat.timestamp);
    expect(sink.events.at(-1)!.body.toString()).not.toContain('id:');
    host.pass(150_000);
    expect(sink.payloads('heartbeat').length).toBeGreaterThanOrEqual(9);
  });

  it('sends heartbeats as comments to clients that ask for it (P35)', () => {
    open({ resume: 'live' }, {}, { heartbeat: 'comment' });
    host.pass(17_000);
    expect(sink.events.at(-1)!.body.toString()).toBe(': heartbeat\n\n');
  });

  it('moves the position past events that its user does not see, at most every ten seconds (P36)', () => {
    const connection = open({ resume: 'live' }, { heartbeatIntervalMs: 5_000 });
    const cursorsAfter = (ms: number): number => {
      host.pass(ms);
      return sink.payloads('cursor').length;
    };
    host.head = 9;
    expect(cursorsAfter(9_000)).toBe(0);
    expect(cursorsAfter(8_000)).toBe(1);
    expect(sink.events.find((e) => e.type === 'cursor')?.position).toBe('abcdefgh.9');
    expect(cursorsAfter(60_000)).toBe(1);
    for (let i = 0; i < 60; i++) {
      host.head += 1;
      host.pass(1_000);
    }
    expect(sink.payloads('cursor').length).toBeLessThanOrEqual(7);
    expect(connection.deliver(durable(9))).toBe(false);
  });

  it('warns a minute before the token expires and closes when it does (P38)', () => {
    const connection = open();
    host.pass(3_539_000);
    expect(sink.payloads('session.expiring')).toEqual([]);
    host.pass(1_500);
    expect(sink.payloads('session.expiring')).toEqual(['{"at":"2026-01-01T01:00:00.000Z"}']);
    host.pass(59_000);
    expect(connection.state).toBe('live');
    host.pass(750);
    expect(JSON.parse(sink.payloads('close')[0]!)).toMatchObject({ reason: 'token_expired', reconnect: false });
  });

  it('continues after a token refresh', () => {
    const connection = open();
    const expiresAt = new Date(host.clock.now().getTime() + 7_200_000);
    connection.applySubscription({ keys: ['tenant'], topics: [], principal: { ...connection.principal, expiresAt } });
    host.pass(3_700_000);
    expect([connection.state, sink.payloads('session.expiring')]).toEqual(['live', []]);
    host.pass(3_500_000);
    expect(JSON.parse(sink.payloads('close')[0]!)).toMatchObject({ reason: 'token_expired' });
  });

  it('legacy defect 3: a quiet client that reads its heartbeats is never idle', () => {
    /** The legacy rule: only received events count. It shows that the test below would catch it. */
    const legacyIsIdle = (lastEventAtMs: number, nowMs: number, timeoutMs: number): boolean =>
      nowMs - lastEventAtMs > timeoutMs;
    const connection = open({ resume: 'live' }, { idleTimeoutMs: 60_000 });
    const openedAt = host.clock.monotonicMs();
    host.pass(600_000);
    expect(connection.state).toBe('live');
    expect(legacyIsIdle(openedAt, host.clock.monotonicMs(), 60_000)).toBe(true);
  });

  it('gives up a client to which nothing could be written for the idle time', () => {
    const connection = open({ resume: 'live' }, { idleTimeoutMs: 60_000 });
    host.endTurn();
    sink.fill();
    connection.deliver(tick('1'));
    host.pass(60_000);
    expect(connection.state).toBe('live');
    host.pass(40_000);
    expect(connection.state).toBe('closed');
  });

  it('asks an old connection to reconnect (optional rotation)', () => {
    const connection = open({ resume: 'live' }, { maxConnectionAgeMs: 600_000 });
    host.pass(539_000);
    expect(connection.state).toBe('live');
    host.pass(122_000);
    expect(JSON.parse(sink.payloads('close')[0]!)).toMatchObject({ reason: 'limit', reconnect: true });
  });

  it('notices a response that is gone without a close event', () => {
    const connection = open();
    expect(connection.sweep()).toBe(false);
    sink.isGone = true;
    expect(connection.sweep()).toBe(true);
    expect([connection.state, released]).toEqual(['closed', 1]);
  });
});
