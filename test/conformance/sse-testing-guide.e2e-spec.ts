import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Authenticator, SseBroker, SseModule } from '@nest-herald/sse';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { eventually, RecordingBroker, StreamClient } from '@nest-herald/sse/testing';
import { type INestApplication, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';

/** The code under test: an application's own service. */
@Injectable()
class Invoices {
  constructor(private readonly broker: SseBroker) {}

  async paid(tenantId: string, userId: string, id: string): Promise<void> {
    await this.broker.sendToUser(tenantId, userId, { event: 'invoice.paid', data: { id } });
  }
}

/** Accepts every token: `acme/ann` is Ann of Acme. The tests need no keys, signatures or clocks. */
const acceptAll: Authenticator = {
  authenticate: (token) => {
    const [tenant = '', user = ''] = token.split('/');
    return Promise.resolve({
      tenantId: asTenantId(tenant),
      userId: asUserId(user),
      roles: [],
      permissions: [],
      topics: [],
      issuedAt: new Date(),
      expiresAt: new Date(Date.now() + 3_600_000),
    });
  },
};

@Module({
  imports: [SseModule.forRoot({ authenticator: acceptAll, drainMs: 0 })],
  providers: [Invoices],
})
class AppModule {}

describe('Invoices', () => {
  it('notifies the payer, without a server', async () => {
    const broker = new RecordingBroker();
    const testing = Test.createTestingModule({ providers: [Invoices, { provide: SseBroker, useValue: broker }] });
    const invoices = (await testing.compile()).get(Invoices);

    await invoices.paid('acme', 'ann', 'INV-9');

    expect(broker.sent).toEqual([
      { tenantId: 'acme', audience: 'user:ann', event: 'invoice.paid', data: { id: 'INV-9' }, durable: true },
    ]);
  });
});

describe('the application', () => {
  let app: INestApplication;
  beforeEach(async () => {
    app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication();
    await app.listen(0, '127.0.0.1');
  });
  afterEach(() => app.close());

  const follow = async (token: string, lastEventId?: string): Promise<StreamClient> => {
    const headers = { authorization: `Bearer ${token}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
    const stream = await StreamClient.open(`${await app.getUrl()}/api/v1/sse/stream`, { headers });
    await stream.waitFor('connected');
    return stream;
  };

  it('pushes to the payer and to no other user', async () => {
    const [ann, bob] = [await follow('acme/ann'), await follow('acme/bob')];
    await app.get(Invoices).paid('acme', 'ann', 'INV-9');
    expect((await ann.waitFor('invoice.paid')).data).toBe('{"id":"INV-9"}');

    // A later event proves that nothing arrived before it; waiting for a while would not.
    await app.get(SseBroker).sendToUser('acme', 'bob', { event: 'barrier', data: '' });
    await bob.waitFor('barrier');
    expect(bob.payloads('invoice.paid')).toEqual([]);
  });

  it('replays what happened while the page was closed', async () => {
    const before = await follow('acme/ann');
    const position = before.lastEventId;
    before.close();
    await eventually('Ann is gone', async () => !(await app.get(SseBroker).isUserOnline('acme', 'ann')));
    await app.get(Invoices).paid('acme', 'ann', 'INV-10');
    const again = await follow('acme/ann', position ?? '');
    expect((await again.waitFor('invoice.paid')).data).toBe('{"id":"INV-10"}');
  });
});
