import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** ReadyForQuery of PostgreSQL's protocol, outside a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A proxy to a PostgreSQL that dies at the moment when it reports that it is ready. */
export interface DyingPostgres {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a TCP proxy to a PostgreSQL. One connection receives, in one packet with the end of the server's greeting, the error
 * of a server whose postmaster was killed. All other connections pass through unchanged.
 * @param which number of that connection, from 1.
 */
export async function startDyingPostgres(port: number, which: number): Promise<DyingPostgres> {
  const sockets = new Set<Socket>();
  let opened = 0;
  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = own(connect({ host: '127.0.0.1', port }));
    own(client).pipe(upstream);
    opened += 1;
    const dies = opened === which;
    upstream.on('data', (bytes) => {
      if (!dies || bytes.length < READY.length || !bytes.subarray(-READY.length).equals(READY))
        return client.write(bytes);
      client.end(Buffer.concat([bytes, fatal('terminating connection due to unexpected postmaster exit')]));
      return upstream.destroy();
    });
    upstream.on('close', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** An ErrorResponse of PostgreSQL's protocol. */
function fatal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C57P01\0M${message}\0\0`);
  const header = Buffer.alloc(5);
  header.write('E');
  header.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([header, fields]);
}
