const POSITION = /^([a-z0-9]{8})\.(0|[1-9][0-9]{0,15})$/;

/** A point in a tenant's event log: `<epoch>.<seq>`. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** @returns null for anything that is not a position. Such an id never moves the cursor. */
export function parsePosition(text: string | null): Position | null {
  const match = text === null ? null : POSITION.exec(text);
  return match === null ? null : { epoch: match[1]!, seq: Number(match[2]) };
}

/**
 * Whether a page at `current` has already received the event at `candidate`. Positions of different epochs cannot be
 * compared, so such an event is new.
 */
export function isAtOrBefore(candidate: string, current: string | null): boolean {
  const one = parsePosition(candidate);
  const other = parsePosition(current);
  return one !== null && other !== null && one.epoch === other.epoch && one.seq <= other.seq;
}
