import { type Entitlement, isEntitled } from './entitlement.js';
import type { Findings } from './findings.js';
import type { PublishedTransaction } from './published.js';
import {
  EVENT_TYPE,
  type FollowerLine,
  type FollowerLog,
  type History,
  type HistoryEntry,
  TICK_TYPE,
} from './records.js';

/** What a follower's log is held against. */
export interface Truth {
  readonly histories: readonly History[];
  readonly transactions: ReadonlyMap<string, PublishedTransaction>;
  /** Reasons of `resync` that the faults of the run explain; any other hides a loss. */
  readonly allowedResyncs: ReadonlySet<string>;
}

/** What a follower saw, beside what was wrong. */
export interface FollowerFigures {
  connections: number;
  events: number;
  ephemerals: number;
  resyncs: number;
  /** Longest time from an acknowledged commit to its event on a connection that was open all the while, ms. */
  latestMs: number;
}

/** No fault of a run lasts longer; what comes later on an open connection came by luck. */
const STALLED_MS = 30_000;

interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/**
 * Walks through one follower's connections as the client's position moves. Between two positions of one connection exactly the
 * events that its token and topics allow must have come, in order, each once; a `resync` excuses what it jumps over and is
 * itself a finding unless the run explains it.
 */
export class FollowerCheck {
  readonly figures: FollowerFigures = { connections: 0, events: 0, ephemerals: 0, resyncs: 0, latestMs: 0 };
  readonly #seen = new Set<string>();
  /** Of this connection only: what has no id cannot be recognised on the next one (PROTOCOL P23). */
  readonly #ephemerals = new Set<string>();
  readonly #mayAsk = new Map<string, boolean>();
  #position: Position | null = null;
  #right: Entitlement;
  #cursor: string | null = null;
  /** When the connection was told that it is open. */
  #connectedAt = Number.POSITIVE_INFINITY;
  /** A reset was announced and its `resync` has not come yet. */
  #isResetting = false;
  /** What came of a log that the node did not know yet; only a `resync` makes that good. */
  #premature: string | null = null;

  constructor(
    private readonly log: FollowerLog,
    private readonly truth: Truth,
    private readonly findings: Findings,
  ) {
    this.#right = { user: log.identity.user, roles: [], topics: [] };
  }

  run(): FollowerFigures {
    for (const line of this.log.lines) this.#take(line);
    this.#expectNothingMore();
    return this.figures;
  }

  #take(line: FollowerLine): void {
    switch (line.kind) {
      case 'open':
        this.#right = { user: this.log.identity.user, roles: line.roles, topics: line.topics };
        this.#mayAsk.clear();
        this.#ephemerals.clear();
        this.#cursor = line.cursor;
        this.#isResetting = false;
        this.#connectedAt = Number.POSITIVE_INFINITY;
        return;
      case 'connected':
        this.#connectedAt = line.at ?? Number.POSITIVE_INFINITY;
        return this.#connected(line.resume, line.id);
      case 'event':
        if (line.at !== undefined) this.#cameAt(line.key, line.at);
        return line.type === TICK_TYPE ? this.#ephemeral(line.id, line.key) : this.#event(line.type, line.id, line.key);
      case 'cursor':
        return this.#moved(line.id);
      case 'resync':
        return this.#resynced(line.reason, line.id);
      case 'end':
        return;
    }
  }

  #connected(resume: string, id: string | null): void {
    this.figures.connections += 1;
    if (resume === 'reset') {
      // Were it to have one, a client that loses its line right here would never hear of the gap.
      if (id !== null) this.#say('cursor', `a connected block that resets carries the id ${id}`);
      this.#isResetting = true;
      return;
    }
    const position = parse(id);
    if (position === null) return this.#say('cursor', `connected (${resume}) without a position`);
    if (resume === 'live' && this.#cursor === null) {
      this.#position ??= position;
      return;
    }
    if (resume === 'replay' && id === this.#cursor) return;
    this.#say('cursor', `asked to go on from ${this.#cursor}, got ${resume} from ${id}`);
  }

  #event(type: string, id: string | null, key: string): void {
    if (type !== EVENT_TYPE) {
      if (id !== null) this.#say('cursor', `an event of type ${type}, which is not durable, carries the id ${id}`);
      return;
    }
    this.figures.events += 1;
    this.#checkTenant(key);
    const at = parse(id);
    if (at === null) return this.#say('cursor', `${key} came without a position`);
    const last = this.#position;
    if (this.#isResetting || last === null || last.epoch !== at.epoch) {
      this.#say('cursor', `${key} came at ${id} without a resync behind ${text(last)}`);
    } else if (this.#seen.has(key)) {
      this.#say('duplicate', `${key} came again, at ${id}`);
    } else if (at.seq <= last.seq) {
      this.#say('inversion', `${key} came at ${id}, behind ${text(last)}`);
    } else {
      this.#expectNothingBetween(last, at.seq - 1);
    }
    this.#seen.add(key);
    if (last === null || at.epoch !== last.epoch || at.seq > last.seq) this.#position = at;
    const history = this.#history(at.epoch);
    const entry = history?.entries[at.seq - 1];
    if (entry?.key !== key && history?.isSuperseded) this.#premature = `${key} came at ${id}`;
    else if (entry?.key !== key)
      this.#say('phantom', `${key} came at ${id}, where the log has ${entry?.key ?? 'nothing'}`);
    else if (!this.#isFor(entry)) this.#say('not entitled', `${key} for ${entry.audience} came to ${this.#whom()}`);
  }

  /** What was committed while the connection was open must come by itself, not with the next reconnect. */
  #cameAt(key: string, at: number): void {
    const committedAt = this.truth.transactions.get(key.slice(0, key.lastIndexOf('.')))?.at ?? Infinity;
    if (committedAt < this.#connectedAt) return;
    const lateMs = at - committedAt;
    this.figures.latestMs = Math.max(this.figures.latestMs, lateMs);
    if (lateMs > STALLED_MS) this.#say('stalled', `${key} took ${Math.round(lateMs)} ms on an open connection`);
  }

  #ephemeral(id: string | null, key: string): void {
    this.figures.ephemerals += 1;
    this.#checkTenant(key);
    if (id !== null) this.#say('ephemeral', `the ephemeral ${key} carries the id ${id}`);
    if (this.#ephemerals.has(key)) this.#say('duplicate', `the ephemeral ${key} came twice on one connection`);
    this.#ephemerals.add(key);
    const transaction = this.truth.transactions.get(key.slice(0, key.lastIndexOf('.')));
    const event = transaction?.events[transaction.places.get(key) ?? -1];
    if (!event) return this.#say('phantom', `nobody sent the ephemeral ${key}`);
    const addressed = { audience: event.audience, recipients: event.recipients ?? null };
    if (!isEntitled(addressed, this.#right))
      this.#say('not entitled', `${key} for ${event.audience} came to ${this.#whom()}`);
  }

  #moved(id: string | null): void {
    const at = parse(id);
    const last = this.#position;
    if (at === null || last === null || at.epoch !== last.epoch) {
      return this.#say('cursor', `a cursor event moved it from ${text(last)} to ${id}`);
    }
    this.#expectNothingBetween(last, at.seq);
    if (at.seq > last.seq) this.#position = at;
  }

  #resynced(reason: string, id: string | null): void {
    this.figures.resyncs += 1;
    this.#isResetting = false;
    this.#premature = null;
    const at = parse(id);
    if (at === null) return this.#say('cursor', `a resync (${reason}) without a position`);
    if (!this.truth.allowedResyncs.has(reason)) {
      this.#say('unjustified resync', `from ${text(this.#position)} to ${id}, reason ${reason}`);
    }
    this.#position = at;
  }

  /** Everything up to the end of the log has come: the run waits for a last event to everybody before it ends. */
  #expectNothingMore(): void {
    if (this.#premature !== null) this.#say('phantom', `${this.#premature}, of another log, and no resync followed`);
    const last = this.#position;
    if (last === null) return this.#say('lost', 'it never got a position');
    const entries = this.#history(last.epoch)?.entries;
    if (!entries) return this.#say('cursor', `it ended at ${text(last)}, and no log of the run has this epoch`);
    this.#expectNothingBetween(last, entries.length);
  }

  #expectNothingBetween(last: Position, upTo: number): void {
    const entries = this.#history(last.epoch)?.entries;
    if (!entries) return;
    for (let seq = last.seq + 1; seq <= Math.min(upTo, entries.length); seq += 1) {
      const entry = entries[seq - 1]!;
      if (this.#isFor(entry))
        this.#say('lost', `${entry.key} (${last.epoch}.${seq}, for ${entry.audience}) never came`);
    }
  }

  #isFor(entry: HistoryEntry): boolean {
    if (entry.recipients !== null) return isEntitled(entry, this.#right);
    let may = this.#mayAsk.get(entry.audience);
    if (may === undefined) this.#mayAsk.set(entry.audience, (may = isEntitled(entry, this.#right)));
    return may;
  }

  #checkTenant(key: string): void {
    const { tenant } = this.log.identity;
    if (!key.startsWith(`${tenant}/`)) this.#say('cross-tenant', `${key} came to somebody of ${tenant}`);
  }

  #history(epoch: string): History | undefined {
    return this.truth.histories.find((one) => one.epoch === epoch && one.tenant === this.log.identity.tenant);
  }

  #whom(): string {
    const { user, roles, topics } = this.#right;
    return `${user} with roles [${roles.join(', ')}] and topics [${topics.join(', ')}]`;
  }

  #say(kind: Parameters<Findings['add']>[0], what: string): void {
    this.findings.add(kind, `${this.log.identity.name}: ${what}`);
  }
}

function parse(id: string | null): Position | null {
  const match = id === null ? null : /^([a-z0-9]{8})\.(0|[1-9][0-9]{0,15})$/.exec(id);
  return match ? { epoch: match[1]!, seq: Number(match[2]) } : null;
}

function text(position: Position | null): string {
  return position === null ? 'the beginning' : `${position.epoch}.${position.seq}`;
}
