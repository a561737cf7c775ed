import type { ResyncReason } from '@nest-herald/sse-protocol';

/** Where a stream begins, decided before it is accepted. */
export type StreamStart =
  /** Without a cursor: from the newest position. */
  | { readonly resume: 'live' }
  /** With a valid cursor: everything after it. */
  | { readonly resume: 'replay'; readonly after: number }
  /** With a cursor that cannot be honoured: a `resync`, then from the newest position. */
  | { readonly resume: 'reset'; readonly reason: ResyncReason };
