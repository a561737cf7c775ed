import { afterEach, describe, expect, it } from '@jest/globals';
import { type EventLog, MemoryEventLog } from '@nest-herald/sse/spi';
import { SseMetrics } from '@nest-herald/sse';
import { SseApp } from '../support/sse-app.js';

let sse: SseApp | undefined;
afterEach(() => sse?.stop());

const metricsOf = (app: SseApp): SseMetrics => app.app.get(SseMetrics);

describe('the metrics of the library', () => {
  it('count the latency of an event once, however many connections got it', async () => {
    sse = await SseApp.start();
    const streams = [await sse.open({ sub: 'ann' }), await sse.open({ sub: 'bob' })];
    await sse.broker.sendToTenant('acme', { event: 'note', data: 'to both' });
    for (const stream of streams) await stream.event('note');
    const text = await metricsOf(sse).text();
    expect(text).toContain('\nsse_messages_sent_total 2\n');
    expect(text).toContain('\nsse_commit_to_wire_seconds_count 1\n');
    expect(text).toMatch(/^# HELP sse_active_connections_total .*\n# TYPE sse_active_connections_total gauge\n/);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('count refusals of limits, by code', async () => {
    sse = await SseApp.start({ options: { maxConnectionsPerUser: 1 } });
    await sse.open();
    const refused = await sse.call('GET', '/api/v1/sse/stream');
    expect(refused.status).toBe(429);
    expect(await metricsOf(sse).text()).toContain('\nsse_refused_total{code="connection_limit"} 1\n');
  });

  it('leave out figures that the log cannot provide', async () => {
    const failing: EventLog = Object.assign(new MemoryEventLog(), {
      backlog: () => Promise.reject(new Error('the database is away')),
    });
    sse = await SseApp.start({ options: { eventLog: failing } });
    const names = (await metricsOf(sse).families()).map(({ name }) => name);
    expect(names).not.toContain('sse_outbox_waiting');
    expect(names).toContain('sse_backplane_connected');
  });

  it('show the backlog when the log provides it', async () => {
    const telling: EventLog = Object.assign(new MemoryEventLog(), {
      backlog: () => Promise.resolve({ waiting: 7, oldestMs: 1_500 }),
    });
    sse = await SseApp.start({ options: { eventLog: telling } });
    const text = await metricsOf(sse).text();
    expect(text).toContain('\nsse_outbox_waiting 7\n');
    expect(text).toContain('\nsse_sequencer_lag_seconds 1.5\n');
  });
});
