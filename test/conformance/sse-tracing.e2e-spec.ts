import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { DeliveryDiagnostic, PublicationDiagnostic } from '@nest-herald/sse';
import { firstValueFrom, take, toArray } from 'rxjs';
import { SseApp } from '../support/sse-app.js';

const traceparent = (parent: string): string => `00-4bf92f3577b34da6a3ce929d0e0e4736-${parent.padStart(16, '0')}-01`;
const work = new AsyncLocalStorage<string>();

let sse: SseApp | undefined;
const ends: (() => void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await sse?.stop();
  sse = undefined;
});

/** Everything that a channel reports about tenant `acme` from now on. */
function follow<T extends { readonly tenantId: string }>(name: string): readonly T[] {
  const heard: T[] = [];
  const listener = (message: unknown): void => void heard.push(message as T);
  subscribe(name, listener);
  ends.push(() => unsubscribe(name, listener));
  return heard;
}

describe('the trace of a publisher', () => {
  it('reaches followers and diagnostics with its events, but not clients', async () => {
    const published = follow<PublicationDiagnostic>('nest-herald:sse:published');
    const delivered = follow<DeliveryDiagnostic>('nest-herald:sse:delivered');
    sse = await SseApp.start({ options: { currentTraceparent: () => work.getStore() } });
    const stream = await sse.open();
    const { broker } = sse;
    const followed = firstValueFrom(broker.events('acme').pipe(take(4), toArray()));
    await work.run(traceparent('1'), () => broker.sendToTenant('acme', { data: 'of the work' }));
    await work.run(traceparent('1'), () =>
      broker.sendToTenant('acme', { data: 'named', traceparent: traceparent('2') }),
    );
    await broker.sendToTenant('acme', { data: 'forged', traceparent: '00-x\n\nevent: forged' });
    await broker.sendToTenant('acme', { data: 'of no work' });

    const traces = [traceparent('1'), traceparent('2'), undefined, undefined];
    expect((await followed).map((event) => event.traceparent)).toEqual(traces);
    expect(published.map((message) => message.traceparent)).toEqual(traces);
    expect(delivered.map((message) => message.traceparent)).toEqual(traces);
    expect(delivered[0]).toMatchObject({ tenantId: 'acme', type: 'message', connections: 1 });
    expect(delivered[0]?.ageMs).toBeGreaterThanOrEqual(0);
    while (!stream.text.includes('of no work')) await new Promise((resolve) => setImmediate(resolve));
    expect(stream.text).not.toContain('4bf92f35');
    expect(JSON.stringify([...published, ...delivered])).not.toContain('of the work');
  });

  it('never prevents a publication, even when reading it fails', async () => {
    sse = await SseApp.start({
      options: {
        currentTraceparent: () => {
          throw new Error('the tracer is not there');
        },
      },
    });
    const stream = await sse.open();
    await sse.broker.sendToTenant('acme', { event: 'note', data: 'goes anyway' });
    expect((await stream.event('note')).data).toBe('goes anyway');
  });
});
