import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { type JsonForm, parsePayload, SseBroker } from '@nest-herald/sse';
import { firstValueFrom, take, toArray } from 'rxjs';
import { SseApp } from '../support/sse-app.js';

interface Invoice {
  readonly id: string;
  readonly dueAt: Date;
}

interface AppEvents {
  readonly 'invoice.paid': Invoice;
  readonly progress: { readonly percent: number };
  readonly note: string;
  readonly message: { readonly text: string };
}

@Controller()
class Invoices {
  constructor(readonly broker: SseBroker<AppEvents>) {}
}

@Controller()
class AnyPublisher {
  constructor(readonly broker: SseBroker) {}
}

/** Never called: the type check verifies every line. */
export async function compileOnly(broker: SseBroker<AppEvents>, untyped: SseBroker): Promise<void> {
  const dueAt = new Date();
  await broker.sendToUser('acme', 'ann', { event: 'invoice.paid', data: { id: 'INV-9', dueAt } });
  await broker.sendToTopic('acme', 'job:1', { event: 'progress', data: { percent: 3 }, durable: false });
  await broker.sendToTenant('acme', { event: 'note', data: 'plain text' });
  await broker.sendToRole('acme', 'finance', { data: { text: 'the type message may be left out' } });
  await broker.publish({}, { tenantId: 'acme', audience: 'tenant' }, { event: 'progress', data: { percent: 3 } });

  // @ts-expect-error a misspelt type
  await broker.sendToUser('acme', 'ann', { event: 'invoice.payed', data: { id: 'INV-9', dueAt } });
  // @ts-expect-error the data of another type
  await broker.sendToUsers('acme', ['ann'], { event: 'invoice.paid', data: { percent: 3 } });
  // @ts-expect-error data that lacks a field
  await broker.sendToTopic('acme', 'job:1', { event: 'invoice.paid', data: { id: 'INV-9' } });
  // @ts-expect-error a number where text is promised
  await broker.sendToRole('acme', 'finance', { event: 'note', data: 9 });
  // @ts-expect-error an event without a type has the type message
  await broker.sendToTenant('acme', { data: { percent: 3 } });
  // @ts-expect-error broadcast is checked too
  await broker.broadcast('acme', { event: 'noted', data: 'x' });
  // @ts-expect-error publish is checked too
  await broker.publish({}, { tenantId: 'acme', audience: 'tenant' }, { event: 'progress', data: 'half' });
  // @ts-expect-error send is checked too
  await broker.send('acme', 'tenant', { event: 'nothing', data: null });
  // @ts-expect-error an option that does not exist
  await broker.sendToTenant('acme', { event: 'note', data: 'x', ttl: 3 });

  broker.events('acme', { types: ['invoice.paid', 'note'] }).subscribe((event) => {
    if (event.event === 'note') return event.data.toUpperCase();
    const invoice: JsonForm<Invoice> = parsePayload(event.data);
    const due: string = invoice.dueAt;
    // @ts-expect-error a Date does not survive JSON
    const date: Date = invoice.dueAt;
    return [due, date];
  });
  // @ts-expect-error the map has no such type
  broker.events('acme', { types: ['invoice.lost'] });

  await untyped.sendToUser('acme', 'ann', { event: 'whatever', data: 3 });
  await untyped.sendToUser('acme', 'ann', { data: 3 });
  untyped.events('acme').subscribe((event) => event.data.length);
  // One broker serves modules with their own maps, and modules without.
  const narrowed: SseBroker<AppEvents> = untyped as SseBroker<AppEvents>;
  const widened: SseBroker = broker as SseBroker;
  await Promise.all([narrowed.onlineUsers('acme'), widened.onlineUsers('acme')]);
}

let sse: SseApp | undefined;
afterEach(() => sse?.stop());

describe('a broker with a map of events', () => {
  it('is injected by its class, whatever map the constructor names', async () => {
    sse = await SseApp.start({ controllers: [Invoices, AnyPublisher] });
    const invoices = sse.app.get(Invoices);
    expect(invoices.broker).toBeInstanceOf(SseBroker);
    expect(invoices.broker).toBe(sse.app.get(AnyPublisher).broker);
  });

  it('emits only the types that a follower names, with their data as published', async () => {
    sse = await SseApp.start({ controllers: [Invoices] });
    const { broker } = sse.app.get(Invoices);
    // An open stream proves that the feed of the tenant runs, so further events reach followers too.
    await sse.open();
    const followed = firstValueFrom(
      broker.events('acme', { types: ['invoice.paid', 'note'] }).pipe(take(2), toArray()),
    );
    await broker.sendToTenant('acme', { event: 'progress', data: { percent: 1 } });
    await broker.sendToTenant('acme', { event: 'note', data: 'plain text' });
    const dueAt = new Date('2026-11-21T00:00:00Z');
    await broker.sendToUser('acme', 'ann', { event: 'invoice.paid', data: { id: 'INV-9', dueAt } });
    const [first, second] = await followed;
    expect(first).toMatchObject({ event: 'note', data: 'plain text' });
    expect(second?.event).toBe('invoice.paid');
    expect(second?.event === 'invoice.paid' && parsePayload(second.data)).toEqual({
      id: 'INV-9',
      dueAt: '2026-11-21T00:00:00.000Z',
    });
  });
});
