const POSITION = /^([a-z0-9]{8})\.(0|[1-9][0-9]{0,15})$/;

/** A place in a tenant's event log (wire.md §4): `<epoch>.<seq>`. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** @returns null for anything that is not a position; such an id never moves the cursor. */
export function parsePosition(text: string | null): Position | null {
  const match = text === null ? null : POSITION.exec(text);
  return match === null ? null : { epoch: match[1]!, seq: Number(match[2]) };
}

/**
 * Whether a durable event at `candidate` has been had already by a page that stands at `current`. Positions of another
 * epoch cannot be compared: they are new.
 */
export function isBehind(candidate: string, current: string | null): boolean {
  const one = parsePosition(candidate);
  const other = parsePosition(current);
  return one !== null && other !== null && one.epoch === other.epoch && one.seq <= other.seq;
}
