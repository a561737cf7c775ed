import { type Entitlement, isEntitled } from './entitlement.js';
import type { Findings } from './findings.js';
import type { PublishedTransaction } from './published.js';
import {
  EVENT_TYPE,
  type FollowerRecord,
  type FollowerLog,
  type History,
  type HistoryEntry,
  TICK_TYPE,
} from './records.js';

/** What a follower's log is checked against. */
export interface Truth {
  readonly histories: readonly History[];
  readonly transactions: ReadonlyMap<string, PublishedTransaction>;
  /** Reasons of `resync` that the faults of the run explain. Any other reason hides a loss. */
  readonly allowedResyncs: ReadonlySet<string>;
}

/** How much a follower received. */
export interface FollowerFigures {
  connections: number;
  events: number;
  ephemerals: number;
  resyncs: number;
  /** Longest time from an acknowledged commit to its event on a connection that was open throughout, in ms. */
  latestMs: number;
}

/** No fault of a run lasts longer. An event that arrives later on an open connection arrived by luck. */
const STALLED_MS = 30_000;

interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/**
 * Replays one follower's connections as the client's position moves. Between two positions of one connection exactly the
 * events that its token and topics allow must have arrived, in order, each once. A `resync` excuses the events that it skips and
 * is itself a finding unless the run explains it.
 */
export class FollowerCheck {
  readonly figures: FollowerFigures = { connections: 0, events: 0, ephemerals: 0, resyncs: 0, latestMs: 0 };
  readonly #seen = new Set<string>();
  /** Of this connection only: an event without an id cannot be recognised on the next one (PROTOCOL P23). */
  readonly #ephemerals = new Set<string>();
  readonly #mayByAudience = new Map<string, boolean>();
  #position: Position | null = null;
  #entitlement: Entitlement;
  #cursor: string | null = null;
  /** When `connected` arrived. */
  #connectedAt = Number.POSITIVE_INFINITY;
  /** A reset was announced and its `resync` has not arrived yet. */
  #isResetting = false;
  /** An event of a new log that the server did not know yet; only a `resync` excuses it. */
  #premature: string | null = null;

  constructor(
    private readonly log: FollowerLog,
    private readonly truth: Truth,
    private readonly findings: Findings,
  ) {
    this.#entitlement = { user: log.identity.user, roles: [], topics: [] };
  }

  run(): FollowerFigures {
    for (const record of this.log.records) this.#take(record);
    this.#expectNothingMore();
    return this.figures;
  }

  #take(record: FollowerRecord): void {
    switch (record.kind) {
      case 'open':
        this.#entitlement = { user: this.log.identity.user, roles: record.roles, topics: record.topics };
        this.#mayByAudience.clear();
        this.#ephemerals.clear();
        this.#cursor = record.cursor;
        this.#isResetting = false;
        this.#connectedAt = Number.POSITIVE_INFINITY;
        return;
      case 'connected':
        this.#connectedAt = record.at ?? Number.POSITIVE_INFINITY;
        return this.#connected(record.resume, record.id);
      case 'event':
        if (record.at !== undefined) this.#checkLatency(record.key, record.at);
        return record.type === TICK_TYPE
          ? this.#ephemeral(record.id, record.key)
          : this.#event(record.type, record.id, record.key);
      case 'cursor':
        return this.#moved(record.id);
      case 'resync':
        return this.#resynced(record.reason, record.id);
      case 'end':
        return;
    }
  }

  #connected(resume: string, id: string | null): void {
    this.figures.connections += 1;
    if (resume === 'reset') {
      // With an id, a client that loses its connection right here would never learn of the gap.
      if (id !== null) this.#report('cursor', `a connected block with reset carries the id ${id}`);
      this.#isResetting = true;
      return;
    }
    const position = parse(id);
    if (position === null) return this.#report('cursor', `connected (${resume}) has no position`);
    if (resume === 'live' && this.#cursor === null) {
      this.#position ??= position;
      return;
    }
    if (resume === 'replay' && id === this.#cursor) return;
    this.#report('cursor', `asked to resume from ${this.#cursor}, got ${resume} from ${id}`);
  }

  #event(type: string, id: string | null, key: string): void {
    if (type !== EVENT_TYPE) {
      if (id !== null) this.#report('cursor', `an event of type ${type}, which is not durable, carries the id ${id}`);
      return;
    }
    this.figures.events += 1;
    this.#checkTenant(key);
    const at = parse(id);
    if (at === null) return this.#report('cursor', `${key} arrived without a position`);
    const last = this.#position;
    if (this.#isResetting || last === null || last.epoch !== at.epoch) {
      this.#report('cursor', `${key} arrived at ${id} without a resync after ${text(last)}`);
    } else if (this.#seen.has(key)) {
      this.#report('duplicate', `${key} arrived again, at ${id}`);
    } else if (at.seq <= last.seq) {
      this.#report('inversion', `${key} arrived at ${id}, after ${text(last)}`);
    } else {
      this.#expectNothingBetween(last, at.seq - 1);
    }
    this.#seen.add(key);
    if (last === null || at.epoch !== last.epoch || at.seq > last.seq) this.#position = at;
    const history = this.#history(at.epoch);
    const entry = history?.entries[at.seq - 1];
    if (entry?.key !== key && history?.isSuperseded) this.#premature = `${key} arrived at ${id}`;
    else if (entry?.key !== key)
      this.#report('phantom', `${key} arrived at ${id}, where the log has ${entry?.key ?? 'nothing'}`);
    else if (!this.#isFor(entry))
      this.#report('not entitled', `${key} for ${entry.audience} reached ${this.#describeFollower()}`);
  }

  /** An event committed while the connection was open must arrive on it, not after the next reconnect. */
  #checkLatency(key: string, at: number): void {
    const committedAt = this.truth.transactions.get(key.slice(0, key.lastIndexOf('.')))?.at ?? Infinity;
    if (committedAt < this.#connectedAt) return;
    const lateMs = at - committedAt;
    this.figures.latestMs = Math.max(this.figures.latestMs, lateMs);
    if (lateMs > STALLED_MS) this.#report('stalled', `${key} took ${Math.round(lateMs)} ms on an open connection`);
  }

  #ephemeral(id: string | null, key: string): void {
    this.figures.ephemerals += 1;
    this.#checkTenant(key);
    if (id !== null) this.#report('ephemeral', `the ephemeral ${key} carries the id ${id}`);
    if (this.#ephemerals.has(key)) this.#report('duplicate', `the ephemeral ${key} arrived twice on one connection`);
    this.#ephemerals.add(key);
    const transaction = this.truth.transactions.get(key.slice(0, key.lastIndexOf('.')));
    const event = transaction?.events[transaction.positions.get(key) ?? -1];
    if (!event) return this.#report('phantom', `the ephemeral ${key} was never sent`);
    const addressed = { audience: event.audience, recipients: event.recipients ?? null };
    if (!isEntitled(addressed, this.#entitlement))
      this.#report('not entitled', `${key} for ${event.audience} reached ${this.#describeFollower()}`);
  }

  #moved(id: string | null): void {
    const at = parse(id);
    const last = this.#position;
    if (at === null || last === null || at.epoch !== last.epoch) {
      return this.#report('cursor', `a cursor event moved the position from ${text(last)} to ${id}`);
    }
    this.#expectNothingBetween(last, at.seq);
    if (at.seq > last.seq) this.#position = at;
  }

  #resynced(reason: string, id: string | null): void {
    this.figures.resyncs += 1;
    this.#isResetting = false;
    this.#premature = null;
    const at = parse(id);
    if (at === null) return this.#report('cursor', `a resync (${reason}) has no position`);
    if (!this.truth.allowedResyncs.has(reason)) {
      this.#report('unjustified resync', `from ${text(this.#position)} to ${id}, reason ${reason}`);
    }
    this.#position = at;
  }

  /** Expects everything up to the end of the log: before it ends, the run waits for a last event to all followers. */
  #expectNothingMore(): void {
    if (this.#premature !== null)
      this.#report('phantom', `${this.#premature}, from another log, and no resync followed`);
    const last = this.#position;
    if (last === null) return this.#report('lost', 'never got a position');
    const entries = this.#history(last.epoch)?.entries;
    if (!entries) return this.#report('cursor', `ended at ${text(last)}, but no log of the run has this epoch`);
    this.#expectNothingBetween(last, entries.length);
  }

  #expectNothingBetween(last: Position, upTo: number): void {
    const entries = this.#history(last.epoch)?.entries;
    if (!entries) return;
    for (let seq = last.seq + 1; seq <= Math.min(upTo, entries.length); seq += 1) {
      const entry = entries[seq - 1]!;
      if (this.#isFor(entry))
        this.#report('lost', `${entry.key} (${last.epoch}.${seq}, for ${entry.audience}) never arrived`);
    }
  }

  #isFor(entry: HistoryEntry): boolean {
    if (entry.recipients !== null) return isEntitled(entry, this.#entitlement);
    let may = this.#mayByAudience.get(entry.audience);
    if (may === undefined) this.#mayByAudience.set(entry.audience, (may = isEntitled(entry, this.#entitlement)));
    return may;
  }

  #checkTenant(key: string): void {
    const { tenant } = this.log.identity;
    if (!key.startsWith(`${tenant}/`)) this.#report('cross-tenant', `${key} reached a user of ${tenant}`);
  }

  #history(epoch: string): History | undefined {
    return this.truth.histories.find((one) => one.epoch === epoch && one.tenant === this.log.identity.tenant);
  }

  #describeFollower(): string {
    const { user, roles, topics } = this.#entitlement;
    return `${user} with roles [${roles.join(', ')}] and topics [${topics.join(', ')}]`;
  }

  #report(kind: Parameters<Findings['add']>[0], what: string): void {
    this.findings.add(kind, `${this.log.identity.name}: ${what}`);
  }
}

function parse(id: string | null): Position | null {
  const match = id === null ? null : /^([a-z0-9]{8})\.(0|[1-9][0-9]{0,15})$/.exec(id);
  return match ? { epoch: match[1]!, seq: Number(match[2]) } : null;
}

function text(position: Position | null): string {
  return position === null ? 'the start' : `${position.epoch}.${position.seq}`;
}
