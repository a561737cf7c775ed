/** An entry of the wheel, which calls it at a given time. It is in the wheel at most once. */
export interface WheelEntry {
  /** Monotonic ms of the next call; `Infinity` = never. Only the wheel writes it. */
  dueAtMs: number;
  /** Its slot and its index in the slot; −1 when it is in none. Only the wheel writes them. */
  wheelSlot: number;
  wheelIndex: number;
  /** @returns monotonic ms of the next call, `Infinity` for none. */
  onDue(nowMs: number): number;
}

const SLOTS = 512;

/**
 * One timer for the heartbeats, token ends, rotations and deadlines of all connections. Inserting, moving and removing take
 * constant time. An entry is never called early, and at most one tick late while the process is not stalled.
 */
export class TimerWheel {
  readonly #slots: WheelEntry[][] = Array.from({ length: SLOTS }, () => []);
  #tick: number;

  /** @param tickMs the precision of calls. @param nowMs monotonic. */
  constructor(
    readonly tickMs: number,
    nowMs: number,
  ) {
    this.#tick = Math.floor(nowMs / tickMs);
  }

  /** Adds an entry, or moves it. */
  schedule(entry: WheelEntry, dueAtMs: number): void {
    this.remove(entry);
    entry.dueAtMs = dueAtMs;
    if (dueAtMs === Infinity) return;
    // An entry beyond one round waits in the farthest slot and is scheduled again from there.
    const tick = Math.min(Math.max(Math.ceil(dueAtMs / this.tickMs), this.#tick + 1), this.#tick + SLOTS - 1);
    const slot = this.#slots[tick % SLOTS]!;
    entry.wheelSlot = tick % SLOTS;
    entry.wheelIndex = slot.length;
    slot.push(entry);
  }

  remove(entry: WheelEntry): void {
    // A running `#call` may already have this entry in its list. `Infinity` makes it skip the entry.
    entry.dueAtMs = Infinity;
    if (entry.wheelSlot === -1) return;
    const slot = this.#slots[entry.wheelSlot]!;
    const last = slot.pop()!;
    if (last !== entry) {
      slot[entry.wheelIndex] = last;
      last.wheelIndex = entry.wheelIndex;
    }
    entry.wheelSlot = -1;
    entry.wheelIndex = -1;
  }

  /** Calls every entry that is due. After a stall it catches up in one call, calling each entry at most once. */
  advance(nowMs: number): void {
    const target = Math.floor(nowMs / this.tickMs);
    const rounds = Math.min(target - this.#tick, SLOTS);
    for (let i = 1; i <= rounds; i++) {
      const index = (target - rounds + i) % SLOTS;
      this.#tick = target - rounds + i;
      const due = this.#slots[index]!;
      if (due.length > 0) this.#call(index, due, nowMs);
    }
    this.#tick = Math.max(this.#tick, target);
  }

  #call(index: number, due: readonly WheelEntry[], nowMs: number): void {
    // All entries leave the slot before the first is called, because a call may schedule and remove others.
    this.#slots[index] = [];
    const entries = [...due];
    for (const entry of entries) {
      entry.wheelSlot = -1;
      entry.wheelIndex = -1;
    }
    for (const entry of entries) {
      if (entry.wheelSlot !== -1 || entry.dueAtMs === Infinity) continue;
      this.schedule(entry, entry.dueAtMs > nowMs ? entry.dueAtMs : entry.onDue(nowMs));
    }
  }
}
