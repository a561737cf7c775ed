import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../connection/connection.js';
import { peerOf } from '../connection/timing/silent-peers.js';
import { eventually } from '../testing/eventually.js';
import { MemoryHub } from '../testing/memory-hub.js';
import { HubConnections } from './hub-connections.js';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

/** A stream over a real socket, and the client's response. */
async function open(memoryHub: MemoryHub): Promise<readonly [Connection, ServerResponse, IncomingMessage]> {
  let attached: readonly [Connection, ServerResponse] | null = null;
  const server = createServer((_, response) => {
    void memoryHub.prepare().then((prepared) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      attached = [prepared.attach(response), response];
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  const client = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  client.on('error', () => undefined).end();
  const [message] = (await once(client, 'response')) as [IncomingMessage];
  message.on('error', () => undefined).resume();
  cleanUp.push(() => message.destroy());
  await eventually('it is attached', () => attached !== null);
  const [connection, response] = attached!;
  return [connection, response, message];
}

/** The row of the kernel's table for a connection with this many unanswered retransmissions. */
function rowOf(response: ServerResponse, retransmits: number): string {
  const hex = (number: number, digits: number): string => number.toString(16).toUpperCase().padStart(digits, '0');
  const { localPort = 0, remotePort = 0 } = response.socket ?? {};
  return `   3: 0100007F:${hex(localPort, 4)} 0100007F:${hex(remotePort, 4)} 01 00000046:00000000 01:0000015F ${hex(retransmits, 8)}     0\n`;
}

describe('HubConnections sweep', () => {
  it('resets only connections whose client vanished', async () => {
    const server = await MemoryHub.start();
    cleanUp.push(() => server.hub.stop());
    const connections = new HubConnections(null as never, server.presence);
    const [gone, goneResponse, goneClient] = await open(server);
    const [slow, slowResponse] = await open(server);
    for (const connection of [gone, slow]) connections.add(connection);
    expect(peerOf(goneResponse.socket!)).not.toBe(peerOf(slowResponse.socket!));
    await connections.sweep(() => Promise.resolve(rowOf(goneResponse, 6) + rowOf(slowResponse, 6)));
    expect([gone.state, slow.state]).toEqual(['live', 'live']);
    await connections.sweep(() => Promise.resolve(rowOf(goneResponse, 7) + rowOf(slowResponse, 1)));
    await once(goneClient, 'close');
    expect([gone.state, slow.state]).toEqual(['closed', 'live']);
    expect(server.hub.stats(null)).toMatchObject({ connections: 1, disconnectsTotal: 1, slowConsumersTotal: 0 });
  });

  it('reads no table while there is no connection', async () => {
    const server = await MemoryHub.start();
    cleanUp.push(() => server.hub.stop());
    const connections = new HubConnections(null as never, server.presence);
    await connections.sweep(() => Promise.reject(new Error('read')));
  });
});
