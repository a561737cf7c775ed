import { EVENT_TYPE, type BenchEvent } from './bench-event.js';

/** The event as a frame, with a position of realistic length; encoded once for all connections. */
export function eventFrame(event: BenchEvent): Buffer {
  return Buffer.from(`id: benchlog.${event.n}\nevent: ${EVENT_TYPE}\ndata: ${JSON.stringify(event)}\n\n`);
}

/** The same bytes as one chunk of an HTTP/1.1 chunked body. */
export function asChunk(frame: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]);
}
