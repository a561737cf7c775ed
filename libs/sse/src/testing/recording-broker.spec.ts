import { describe, expect, it } from '@jest/globals';
import { RecordingBroker } from './recording-broker.js';

const to = { tenantId: 'acme', audience: 'user:ann' };

describe('RecordingBroker', () => {
  it('records what was published, with its transaction', async () => {
    const broker = new RecordingBroker();
    const tx = {};
    await broker.publish(tx, to, { event: 'invoice.paid', data: { id: 1 } });
    await broker.sendToTenant('acme', { data: 'text', durable: false });
    expect(broker.sent).toEqual([
      { ...to, event: 'invoice.paid', data: { id: 1 }, durable: true, tx },
      { tenantId: 'acme', audience: 'tenant', event: 'message', data: 'text', durable: false },
    ]);
  });

  it('refuses an ephemeral event in a transaction, as the real broker does', async () => {
    const broker = new RecordingBroker();
    const ephemeral = { data: 'text', durable: false } as const;
    await expect(broker.publish({}, to, ephemeral)).rejects.toMatchObject({ code: 'ERR_SSE_INVALID_EVENT' });
    await expect(broker.sendToUser('acme', 'ann', ephemeral, { tx: {} })).rejects.toMatchObject({
      code: 'ERR_SSE_INVALID_EVENT',
    });
    expect(broker.sent).toEqual([]);
  });

  it('rejects, and does not throw, for an invalid event', async () => {
    const sending = new RecordingBroker().send('acme', 'tenant', { event: 'close', data: null });
    await expect(sending).rejects.toMatchObject({ code: 'ERR_SSE_RESERVED_EVENT' });
  });
});
