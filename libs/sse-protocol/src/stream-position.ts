/** A place in the order of a tenant's durable events. */
export interface StreamPosition {
  /** Which log, for which tenant: 8 characters out of `a-z 0-9`. */
  readonly epoch: string;
  /** Number of the event; 0 is the place before the first. */
  readonly seq: number;
}

const POSITION = /^([a-z0-9]{8})\.(0|[1-9][0-9]{0,15})$/;
const EPOCH = /^[a-z0-9]{8}$/;

/** @returns whether the text has the form of a position (P1). */
export function isPosition(text: string): boolean {
  return POSITION.test(text);
}

/**
 * Reads a position as it came from a client (P1).
 * @returns null for anything else, numbers above 2^53 − 1 included: no log counts that far.
 */
export function parsePosition(text: string): StreamPosition | null {
  const match = POSITION.exec(text);
  if (match === null) return null;
  const seq = Number(match[2]);
  return Number.isSafeInteger(seq) ? { epoch: match[1]!, seq } : null;
}

/**
 * Writes a position (P1).
 * @throws TypeError when epoch or seq cannot be part of one.
 */
export function formatPosition(epoch: string, seq: number): string {
  if (!EPOCH.test(epoch)) {
    throw new TypeError(`An epoch has 8 characters out of a-z 0-9; got ${JSON.stringify(epoch)}.`);
  }
  if (!Number.isSafeInteger(seq) || seq < 0) {
    throw new TypeError(`A sequence number is a whole number from 0 to 2^53 − 1; got ${seq}.`);
  }
  return `${epoch}.${seq}`;
}

/**
 * Orders two positions.
 * @returns negative, 0 or positive as for a sort; null when they belong to different epochs and have no order (P4).
 */
export function comparePositions(a: StreamPosition, b: StreamPosition): number | null {
  return a.epoch === b.epoch ? a.seq - b.seq : null;
}
