import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Hint } from '../../../event-log/event-log.js';
import { TurnLimit } from './turn-limit.js';

const BUSY_POLL_MS = 5;
const IDLE_POLL_MS = 250;
/** A snapshot that saw nothing, so the first turn scans the whole outbox. */
const SAW_NOTHING = '1:1:';
/** SQLSTATE of a turn when this server no longer owns the lease. */
const FENCED = 'HS001';
/** SQLSTATE of a turn when the log is not the one that the caller knows. */
const ANOTHER_LOG = 'HS002';

/** What a {@link Sequencer} needs. */
export interface SequencerDeps {
  readonly pool: Pool;
  readonly owner: string;
  readonly shard: number;
  readonly term: bigint;
  /** Whether the lease is certainly valid; checked before every turn, and again by PostgreSQL. */
  readonly isTrusted: () => boolean;
  /** The log that this server knows; every turn checks it, because the previous snapshot belongs to that log. */
  readonly logId: () => string | null;
  /** Asks PostgreSQL for the id of its log; calls {@link Sequencer.rescan} when it has changed. */
  readonly identify: () => Promise<void>;
  readonly announce: (hint: Hint) => void;
  /** PostgreSQL refused the lease: this sequencer has ended. */
  readonly fenced: () => void;
  readonly failed: (error: unknown) => void;
}

interface Turn {
  readonly snapshot: string;
  readonly taken: number;
  readonly no: string | null;
  readonly heads: Record<string, number>;
}

/**
 * Second step of a durable event: outbox → event log. One writer per shard assigns `seq` after commit, so a late commit gets a
 * later `seq` and no other event waits for it. It works from construction until `stop` or fencing.
 */
export class Sequencer {
  readonly #done: Promise<void>;
  #stopped = false;
  #limit = new TurnLimit();
  /** Snapshot of the last turn that took everything. Other turns do not advance it. */
  #previous = SAW_NOTHING;
  /** Rises with every rescan, so that a turn that started before it does not restore the old snapshot. */
  #scan = 0;
  #endPause: (() => void) | null = null;
  #isWoken = false;
  /** Since when every turn has failed; null while they succeed. For readiness. */
  failingSince: Date | null = null;

  constructor(private readonly deps: SequencerDeps) {
    this.#done = this.#run();
  }

  /** An event may have been committed: scan now instead of at the next poll. */
  wakeUp(): void {
    this.#isWoken = true;
    this.#endPause?.();
  }

  /**
   * Scans the whole outbox again, because the log was replaced: a replica was promoted, or a backup restored. Its transaction
   * ids may be lower than those of the last snapshot, which would then hide new commits for ever.
   */
  rescan(): void {
    this.#scan += 1;
    this.#previous = SAW_NOTHING;
    this.#limit = new TurnLimit();
    this.wakeUp();
  }

  /** Resolves when the running turn has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPause?.();
    await this.#done;
  }

  async #run(): Promise<void> {
    let pauseMs = BUSY_POLL_MS;
    while (!this.#stopped) {
      if (!this.deps.isTrusted()) {
        // Either the renewal arrives in time, or this sequencer is stopped.
        await delay(BUSY_POLL_MS);
        continue;
      }
      this.#isWoken = false;
      const taken = await this.#turn();
      if (taken === 'some') continue;
      if (taken === null) pauseMs = IDLE_POLL_MS;
      else pauseMs = taken > 0 ? BUSY_POLL_MS : Math.min(pauseMs * 2, IDLE_POLL_MS);
      if (await this.#pause(pauseMs)) pauseMs = BUSY_POLL_MS;
    }
  }

  /** @returns how many events got their `seq`, 'some' when more may wait, or null when the turn failed. */
  async #turn(): Promise<number | 'some' | null> {
    const { pool, owner, shard, term, logId } = this.deps;
    const scan = this.#scan;
    const limit = this.#limit;
    const startedMs = performance.now();
    try {
      const { rows } = await pool.query<Turn>({
        name: 'sse-sequence',
        text: 'SELECT snapshot::text, taken, no, heads FROM sse.sequence_turn($1, $2, $3, $4, $5, $6, $7)',
        values: [logId(), shard, owner, String(term), limit.events, this.#previous, limit.span],
      });
      const turn = rows[0] as Turn;
      this.failingSince = null;
      const all = limit.record(turn.taken, performance.now() - startedMs);
      // A full or bounded turn may have left rows that this snapshot could see; they must stay candidates.
      if (all && scan === this.#scan) this.#previous = turn.snapshot;
      if (turn.no !== null) this.deps.announce({ shard, no: Number(turn.no), heads: turn.heads });
      return all ? turn.taken : 'some';
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === FENCED) {
        this.#stopped = true;
        this.deps.fenced();
      } else if (code === ANOTHER_LOG) {
        await this.deps.identify().catch((failure: unknown) => this.#failed(failure));
      } else {
        this.#failed(error);
      }
      return null;
    }
  }

  #failed(error: unknown): void {
    this.failingSince ??= new Date();
    this.#limit = new TurnLimit();
    this.deps.failed(error);
  }

  /** @returns whether a wake-up ended the pause. */
  async #pause(ms: number): Promise<boolean> {
    if (this.#stopped || this.#isWoken) return this.#isWoken;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = null;
    return this.#isWoken;
  }
}
