import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { peerOf, readTcpTables, silentPeers } from './silent-peers.js';

const row = (local: string, remote: string, state: string, timer: string, retransmits: string): string =>
  `  12: ${local} ${remote} ${state} 00000046:00000000 ${timer}:0000015F ${retransmits}     0        0 12345 1 0000000000000000 20 4 30 10 -1\n`;
const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

/** The two ends of a TCP connection over this address. */
async function connectOver(host: string): Promise<readonly [server: Socket, client: Socket]> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: (server.address() as AddressInfo).port, host: host === '::' ? '127.0.0.1' : host });
  await once(client, 'connect');
  const [end] = await accepted;
  cleanUp.push(() => (client.destroy(), end.destroy()));
  return [end, client];
}

describe('silentPeers', () => {
  it('finds peers that left seven retransmissions unanswered', () => {
    const text =
      HEAD +
      row('0100007F:0BB8', '0202000A:C001', '01', '01', '00000006') +
      row('0100007F:0BB8', '0202000A:C002', '01', '01', '00000007') +
      // A zero-window probe, an unfinished handshake, a closing connection.
      row('0100007F:0BB8', '0202000A:C003', '01', '04', '0000000F') +
      row('0100007F:0BB8', '0202000A:C004', '03', '01', '0000000F') +
      row('0100007F:0BB8', '0202000A:C005', '04', '01', '0000000F') +
      row('00000000000000000000000000000000:0BB8', '0000000000000000FFFF00000302000A:C006', '01', '01', '00000009') +
      row('00000000000000000000000000000000:0BB8', 'B80D0120000000000000000001000000:C007', '01', '01', '0000000A');
    const named = (remoteAddress: string, remotePort: number): string | null =>
      peerOf({ localPort: 3000, remoteAddress, remotePort } as Socket);
    expect([...silentPeers(text)]).toEqual([
      named('10.0.2.2', 0xc002),
      named('::ffff:10.0.2.3', 0xc006),
      named('2001:db8::1', 0xc007),
    ]);
    expect(named('2001:0db8:0::01%eth0', 1)).toBe('3000 2001:db8::1 1');
    expect(peerOf({} as Socket)).toBeNull();
  });

  it('finds none in empty or malformed tables', () => {
    expect(silentPeers('').size).toBe(0);
    expect(silentPeers(`${HEAD}nonsense\n`).size).toBe(0);
  });

  const isLinux = process.platform === 'linux';
  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'));
  (isLinux ? it : it.skip).each(['127.0.0.1', ...(hasIpv6 ? ['::'] : [])])(
    'names peers as the kernel does, over %s',
    async (host) => {
      const [server, client] = await connectOver(host);
      // Pretends that every connection waits for its peer. The table also contains the client's end.
      const tables = (await readTcpTables()).replaceAll(/ 01 (\S+) \d\d:(\S+) \S{8} /g, ' 01 $1 01:$2 00000007 ');
      const peers = silentPeers(tables);
      expect(peers).toContain(peerOf(server));
      expect(peers).toContain(peerOf(client));
      expect(silentPeers(await readTcpTables())).not.toContain(peerOf(server));
    },
  );
});
