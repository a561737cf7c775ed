/** Something that wants to be called at a time. It stands in the wheel once, at its earliest need. */
export interface WheelEntry {
  /** Monotonic ms of the next call; `Infinity` = never. Written by the wheel alone. */
  dueAtMs: number;
  /** Its slot and place there; −1 when it stands in none. Written by the wheel alone. */
  wheelSlot: number;
  wheelIndex: number;
  /** @returns monotonic ms of the next call, `Infinity` for none. */
  onDue(nowMs: number): number;
}

const SLOTS = 512;

/**
 * One timer for heartbeats, token ends, rotations and deadlines of all connections. Inserting, moving and removing cost
 * the same whatever the number of entries; an entry is called at most one tick late while the process is not stalled, and
 * never early.
 */
export class TimerWheel {
  readonly #slots: WheelEntry[][] = Array.from({ length: SLOTS }, () => []);
  #tick: number;

  /** @param tickMs how exact calls are. @param nowMs monotonic. */
  constructor(
    readonly tickMs: number,
    nowMs: number,
  ) {
    this.#tick = Math.floor(nowMs / tickMs);
  }

  /** Puts an entry in, or moves it. */
  schedule(entry: WheelEntry, dueAtMs: number): void {
    this.remove(entry);
    entry.dueAtMs = dueAtMs;
    if (dueAtMs === Infinity) return;
    // What lies beyond one round waits in the farthest slot and is put in again from there.
    const tick = Math.min(Math.max(Math.ceil(dueAtMs / this.tickMs), this.#tick + 1), this.#tick + SLOTS - 1);
    const slot = this.#slots[tick % SLOTS]!;
    entry.wheelSlot = tick % SLOTS;
    entry.wheelIndex = slot.length;
    slot.push(entry);
  }

  remove(entry: WheelEntry): void {
    // Says "never" to a call of entries that is under way and has this one already in its hands.
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

  /** Calls everything that is due. A stalled process catches up in one call, each entry at most once. */
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
    // Entries leave the slot before any is called: a call may schedule and remove others.
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
