import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What the proxy does with connections: it forwards them; resets them at once; responds with 502, as nginx does without
 * its upstream; or drops all data, as a broken network does.
 */
export type ProxyMode = 'forward' | 'hang-up' | 'bad-gateway' | 'silent';

/** A TCP proxy between browser and service that a test can break. */
export interface BreakableProxy {
  /** `http://127.0.0.1:<port>`. It stays the same when the target changes. */
  readonly url: string;
  mode: ProxyMode;
  /** Forwards new connections to another service. */
  pointTo(serviceUrl: string): void;
  /** Resets every open connection. */
  cut(): void;
  close(): Promise<void>;
}

const BAD_GATEWAY =
  'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Starts a proxy on a free port of the loopback interface. If the service is down it responds with 502. */
export async function startBreakableProxy(serviceUrl: string): Promise<BreakableProxy> {
  const sockets = new Set<Socket>();
  let target = new URL(serviceUrl);
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A reset connection is an error at its other end. Tests cause that on purpose.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    track(client);
    if (proxy.mode === 'hang-up') return client.resetAndDestroy();
    if (proxy.mode === 'bad-gateway') return badGateway(client);
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    track(upstream);
    upstream.once('error', () => badGateway(client));
    upstream.on('data', (bytes) => proxy.mode === 'silent' || client.write(bytes));
    client.on('data', (bytes) => proxy.mode === 'silent' || upstream.write(bytes));
    upstream.on('close', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: BreakableProxy = {
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
