import type { ConnectionHost } from './connection-host.js';
import { cursorFrame } from './control-frames.js';
import type { OutboundQueue } from './output/outbound-queue.js';
import { HeartbeatPolicy } from './timing/heartbeat-policy.js';

/** The part of the feed that heartbeats need. */
type HeartbeatHost = Pick<ConnectionHost<unknown>, 'clock' | 'epoch' | 'head' | 'heartbeats' | 'options'>;

/** Sends the heartbeats of one connection, and the `cursor` events that accompany them (P35, P36). */
export class ConnectionHeartbeat {
  readonly #policy: HeartbeatPolicy;

  constructor(
    private readonly host: HeartbeatHost,
    private readonly queue: OutboundQueue,
    private readonly kind: 'event' | 'comment',
  ) {
    this.#policy = new HeartbeatPolicy(host.options.idleTimeoutMs, host.clock.monotonicMs());
  }

  /**
   * Sends what is due.
   * @returns the `seq` that the client is at afterwards; null when the client reads nothing and must be given up.
   */
  send(isLive: boolean, lastSeq: number): number | null {
    const { clock, epoch, head, heartbeats, options } = this.host;
    const isBehind = isLive && head > lastSeq;
    const action = this.#policy.decide({ nowMs: clock.monotonicMs(), isBlocked: this.queue.isBlocked, isBehind });
    if (action === 'give up') return null;
    if (action === 'wait') return lastSeq;
    if (action === 'cursor and heartbeat') this.queue.push(cursorFrame(epoch, head));
    if (options.heartbeatIntervalMs > 0) this.queue.push(heartbeats.current(this.kind));
    return action === 'cursor and heartbeat' ? head : lastSeq;
  }

  /** The client took everything that was written. */
  progress(): void {
    this.#policy.progress();
  }
}
