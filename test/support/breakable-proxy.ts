import { createServer, connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * What the proxy does with connections: passes them on; hangs up at once; answers 502 as nginx does without its upstream;
 * or says nothing at all, as a network that loses everything.
 */
export type LineMode = 'forward' | 'hang-up' | 'bad-gateway' | 'silent';

/** A line between browser and service that a test can break. */
export interface LineProxy {
  /** `http://127.0.0.1:<port>`; stays the same when the service moves. */
  readonly url: string;
  mode: LineMode;
  /** Passes new connections to another service. */
  pointTo(serviceUrl: string): void;
  /** Cuts every open connection, without a goodbye. */
  cut(): void;
  close(): Promise<void>;
}

const BAD_GATEWAY =
  'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Starts a TCP proxy on a free port of the loopback interface. Where the service is down it answers 502. */
export async function startLineProxy(serviceUrl: string): Promise<LineProxy> {
  const sockets = new Set<Socket>();
  let target = new URL(serviceUrl);
  const own = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A cut line is an error at one of its ends; that is what it is for.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    own(client);
    if (proxy.mode === 'hang-up') return client.resetAndDestroy();
    if (proxy.mode === 'bad-gateway') return badGateway(client);
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    own(upstream);
    upstream.once('error', () => badGateway(client));
    upstream.on('data', (bytes) => proxy.mode === 'silent' || client.write(bytes));
    client.on('data', (bytes) => proxy.mode === 'silent' || upstream.write(bytes));
    upstream.on('close', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: LineProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'forward',
    pointTo: (url) => void (target = new URL(url)),
    cut: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    close: () => closeServer(server, sockets),
  };
  return proxy;
}

function badGateway(client: Socket): void {
  client.once('data', () => client.end(BAD_GATEWAY));
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => void server.close(() => resolve()));
}
