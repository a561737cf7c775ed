/** A point in the order of a tenant's durable events. */
export interface StreamPosition {
  /** Identifies the log and the tenant: 8 of the characters `a-z 0-9`. */
  readonly epoch: string;
  /** Sequence number of the event; 0 is the position before the first. */
  readonly seq: number;
}

const POSITION = /^([a-z0-9]{8})\.(0|[1-9][0-9]{0,15})$/;
const EPOCH = /^[a-z0-9]{8}$/;

/** @returns whether the text has the form of a position (P1). */
export function isPosition(text: string): boolean {
  return POSITION.test(text);
}

/**
 * Parses a position from a client (P1).
 * @returns null for any other text, and for numbers above 2^53 − 1, which no log reaches.
 */
export function parsePosition(text: string): StreamPosition | null {
  const match = POSITION.exec(text);
  if (match === null) return null;
  const seq = Number(match[2]);
  return Number.isSafeInteger(seq) ? { epoch: match[1]!, seq } : null;
}

/**
 * Formats a position (P1).
 * @throws TypeError for an invalid epoch or sequence number.
 */
export function formatPosition(epoch: string, seq: number): string {
  if (!EPOCH.test(epoch)) {
    throw new TypeError(`The epoch ${JSON.stringify(epoch)} is invalid. Use 8 of the characters a-z 0-9.`);
  }
  if (!Number.isSafeInteger(seq) || seq < 0) {
    throw new TypeError(`The sequence number ${seq} is invalid. Use a whole number from 0 to 2^53 − 1.`);
  }
  return `${epoch}.${seq}`;
}

/**
 * Compares two positions.
 * @returns a negative number, 0 or a positive number, as for a sort; null for different epochs, which have no order (P4).
 */
export function comparePositions(a: StreamPosition, b: StreamPosition): number | null {
  return a.epoch === b.epoch ? a.seq - b.seq : null;
}
