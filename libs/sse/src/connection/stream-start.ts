import type { ResyncReason } from '@nest-herald/sse-protocol';

/** Where a stream begins, decided before it is accepted. */
export type StreamStart =
  /** No cursor: from the newest position. */
  | { readonly resume: 'live' }
  /** The cursor is honoured: everything behind it. */
  | { readonly resume: 'replay'; readonly after: number }
  /** The cursor cannot be honoured: a `resync`, then from the newest position. */
  | { readonly resume: 'reset'; readonly reason: ResyncReason };
