import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * Receives from the load process, over a separate connection, one byte for each round that has fully arrived.
 *
 * It is the same in every server, so its few microseconds per round are in every figure and cancel in the ratios.
 */
export class RoundPacer {
  private finished = 0;
  private notify: (() => void) | undefined;

  private constructor(readonly port: number) {}

  static async listen(): Promise<RoundPacer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const pacer = new RoundPacer((server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy()); // The load process may be killed at any time.
      socket.on('data', (bytes) => pacer.onFinished(bytes.length));
    });
    return pacer;
  }

  /** Resolves when `rounds` rounds have arrived since the start of the process. */
  async reached(rounds: number): Promise<void> {
    while (this.finished < rounds) {
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
  }

  /** Rounds that have arrived since the start of the process. */
  get count(): number {
    return this.finished;
  }

  private onFinished(rounds: number): void {
    this.finished += rounds;
    this.notify?.();
  }
}
