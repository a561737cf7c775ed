import type { ConnectionTimers } from './timing/connection-timers.js';
import type { EncodedEvent } from './output/encoded-event.js';
import type { FrameSink } from './output/frame-sink.js';
import type { OutboundQueue } from './output/outbound-queue.js';

/** How long a client may take to read what is on its way when its stream ends. */
const CLOSING_MS = 5_000;
/** The same for a client that is closed because it does not read. */
const SLOW_CLOSING_MS = 1_000;
/** A carrier that holds more than this has no room for a goodbye. */
const GOODBYE_FITS_BYTES = 64 * 1024;

/** Sends what waits and the goodbye, then ends the response; resets it when the client does not read that in time. */
export function endAfterClose(
  goodbye: EncodedEvent,
  queue: OutboundQueue,
  sink: FrameSink,
  timers: ConnectionTimers,
): void {
  queue.push(goodbye);
  queue.whenWritable(() => sink.end());
  timers.startDeadline(CLOSING_MS);
}

/**
 * Gives up a client that does not read: drops what waits, says goodbye where that still fits, then resets. Nothing durable is
 * lost, the client resumes; a plain end would leave megabytes in the kernel for a reader that never comes back.
 */
export function resetAfterClose(
  goodbye: EncodedEvent,
  queue: OutboundQueue,
  sink: FrameSink,
  timers: ConnectionTimers,
): void {
  queue.clear();
  if (sink.queuedBytes > GOODBYE_FITS_BYTES) {
    sink.reset();
    return;
  }
  sink.write(goodbye);
  timers.startDeadline(SLOW_CLOSING_MS);
}
