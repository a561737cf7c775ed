import type { ConnectionTimers } from './timing/connection-timers.js';
import type { EncodedEvent } from './output/encoded-event.js';
import type { FrameSink } from './output/frame-sink.js';
import type { OutboundQueue } from './output/outbound-queue.js';

/** How long a client may take to read what was sent before its stream is reset. */
const CLOSING_MS = 5_000;
/** The same for a client that is closed because it does not read. */
const SLOW_CLOSING_MS = 1_000;
/** A carrier that holds more than this gets no `close` event. */
const CLOSE_FITS_BYTES = 64 * 1024;

/** Sends what is queued and the `close` event, then ends the response. Resets it when the client does not read that in time. */
export function endAfterClose(
  closeEvent: EncodedEvent,
  queue: OutboundQueue,
  sink: FrameSink,
  timers: ConnectionTimers,
): void {
  queue.push(closeEvent);
  queue.whenWritable(() => sink.end());
  timers.startDeadline(CLOSING_MS);
}

/**
 * Gives up a client that does not read: drops what is queued, sends the `close` event where it still fits, then resets.
 * Nothing durable is lost, because the client resumes. A plain end would leave megabytes in the kernel for a reader that never
 * comes back.
 */
export function resetAfterClose(
  closeEvent: EncodedEvent,
  queue: OutboundQueue,
  sink: FrameSink,
  timers: ConnectionTimers,
): void {
  queue.clear();
  if (sink.queuedBytes > CLOSE_FITS_BYTES) {
    sink.reset();
    return;
  }
  sink.write(closeEvent);
  timers.startDeadline(SLOW_CLOSING_MS);
}
