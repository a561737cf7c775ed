import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy whose connections a test can cut, delay, or hold without losing a byte. */
export interface FaultProxy {
  readonly port: number;
  /** Sets the target of new connections; null refuses them. */
  pointTo(port: number | null): void;
  /** Resets every open connection. */
  cut(): void;
  /** Nothing passes in either direction, and neither end is notified, until {@link release} or {@link cut}. */
  hold(): void;
  release(): void;
  /** Delays every byte by this much; 0 = no delay. */
  delay(ms: number): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts a proxy on a free port of the loopback interface. It applies the back-pressure of slow readers. */
export async function startFaultProxy(target: number | null = null): Promise<FaultProxy> {
  const pipes = new Set<Pipe>();
  const sockets = new Set<Socket>();
  const state = { target, isHeld: false, delayMs: 0 };
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // A cut connection is an error at one end, as intended.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    track(client);
    if (state.target === null) return client.resetAndDestroy();
    const upstream = connect({ host: HOST, port: state.target });
    track(upstream);
    const pair = [new Pipe(client, upstream, state), new Pipe(upstream, client, state)];
    for (const pipe of pair) pipes.add(pipe);
    const end = (): void => {
      for (const pipe of pair) pipes.delete(pipe);
    };
    upstream.once('close', () => (end(), client.destroy()));
    client.once('close', () => (end(), upstream.destroy()));
    upstream.once('error', () => client.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const pumpAll = (): void => pipes.forEach((pipe) => pipe.pump());
  return {
    port: (server.address() as AddressInfo).port,
    pointTo: (port) => void (state.target = port),
    cut: () => {
      state.isHeld = false;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    hold: () => void (state.isHeld = true),
    release: () => {
      state.isHeld = false;
      pumpAll();
    },
    delay: (ms) => {
      state.delayMs = ms;
      pumpAll();
    },
    close: () => closeServer(server, sockets),
  };
}

/** One direction of a connection: an ordered queue of chunks, each with the time from which it may pass. */
class Pipe {
  readonly #waiting: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isFull = false;
  #hasEnded = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly state: { readonly isHeld: boolean; readonly delayMs: number },
  ) {
    from.on('data', (bytes: Buffer) => {
      this.#waiting.push({ bytes, dueAt: performance.now() + state.delayMs });
      this.pump();
    });
    from.on('end', () => {
      this.#hasEnded = true;
      this.pump();
    });
    to.on('drain', () => {
      this.#isFull = false;
      this.pump();
    });
  }

  pump(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    while (!this.state.isHeld && !this.#isFull) {
      const next = this.#waiting[0];
      if (!next) break;
      const inMs = next.dueAt - performance.now();
      if (inMs > 0 && this.state.delayMs > 0) {
        this.#timer = setTimeout(() => this.pump(), inMs);
        break;
      }
      this.#waiting.shift();
      this.#isFull = !this.to.write(next.bytes);
    }
    const isStuck = this.state.isHeld || this.#isFull;
    if (isStuck && !this.from.isPaused()) this.from.pause();
    else if (!isStuck && this.from.isPaused()) this.from.resume();
    if (this.#hasEnded && this.#waiting.length === 0) this.to.end();
  }
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => void server.close(() => resolve()));
}
