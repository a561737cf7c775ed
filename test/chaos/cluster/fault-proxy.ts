import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP line that a test can cut, slow down, or make silent without losing a byte. */
export interface FaultProxy {
  readonly port: number;
  /** Where new connections go. Without one they are refused. */
  pointTo(port: number | null): void;
  /** Resets every open connection. */
  cut(): void;
  /** A black hole: nothing passes in either direction, and nobody hears about it, until {@link release} or {@link cut}. */
  hold(): void;
  release(): void;
  /** Every byte arrives so much later. 0 = at once. */
  delay(ms: number): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts a proxy on a free port of the loopback interface. Slow readers stay slow through it: it waits for them. */
export async function startFaultProxy(target: number | null = null): Promise<FaultProxy> {
  const pipes = new Set<Pipe>();
  const sockets = new Set<Socket>();
  const line = { target, isHeld: false, delayMs: 0 };
  const own = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // A cut line is an error at one of its ends; that is what it is for.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    own(client);
    if (line.target === null) return client.resetAndDestroy();
    const upstream = connect({ host: HOST, port: line.target });
    own(upstream);
    const pair = [new Pipe(client, upstream, line), new Pipe(upstream, client, line)];
    for (const pipe of pair) pipes.add(pipe);
    const end = (): void => {
      for (const pipe of pair) pipes.delete(pipe);
    };
    upstream.once('close', () => (end(), client.destroy()));
    client.once('close', () => (end(), upstream.destroy()));
    upstream.once('error', () => client.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const wake = (): void => pipes.forEach((pipe) => pipe.pump());
  return {
    port: (server.address() as AddressInfo).port,
    pointTo: (port) => void (line.target = port),
    cut: () => {
      line.isHeld = false;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    hold: () => void (line.isHeld = true),
    release: () => {
      line.isHeld = false;
      wake();
    },
    delay: (ms) => {
      line.delayMs = ms;
      wake();
    },
    close: () => closeServer(server, sockets),
  };
}

/** One direction of a connection: a queue in order, each piece with the moment from which it may pass. */
class Pipe {
  readonly #waiting: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isFull = false;
  #hasEnded = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly line: { readonly isHeld: boolean; readonly delayMs: number },
  ) {
    from.on('data', (bytes: Buffer) => {
      this.#waiting.push({ bytes, dueAt: performance.now() + line.delayMs });
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
    while (!this.line.isHeld && !this.#isFull) {
      const next = this.#waiting[0];
      if (!next) break;
      const inMs = next.dueAt - performance.now();
      if (inMs > 0 && this.line.delayMs > 0) {
        this.#timer = setTimeout(() => this.pump(), inMs);
        break;
      }
      this.#waiting.shift();
      this.#isFull = !this.to.write(next.bytes);
    }
    const isStuck = this.line.isHeld || this.#isFull;
    if (isStuck && !this.from.isPaused()) this.from.pause();
    else if (!isStuck && this.from.isPaused()) this.from.resume();
    if (this.#hasEnded && this.#waiting.length === 0) this.to.end();
  }
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => void server.close(() => resolve()));
}
