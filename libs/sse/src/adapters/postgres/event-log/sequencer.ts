import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Hint } from '../../../event-log/event-log.js';
import { TurnLimit } from './turn-limit.js';

const BUSY_POLL_MS = 5;
const IDLE_POLL_MS = 250;
/** A snapshot that could see nothing: the first turn looks at the whole outbox. */
const SAW_NOTHING = '1:1:';
/** SQLSTATE of a turn when the lease is not ours any more. */
const FENCED = 'HS001';
/** SQLSTATE of a turn when the log is another one than the caller believes. */
const ANOTHER_LOG = 'HS002';

/** What a {@link Sequencer} is made of. */
export interface SequencerDeps {
  readonly pool: Pool;
  readonly owner: string;
  readonly shard: number;
  readonly term: bigint;
  /** Whether the lease surely still runs; asked before every turn. The server checks it again. */
  readonly isTrusted: () => boolean;
  /** The log that this process knows; checked by every turn, together with the snapshot that is of it. */
  readonly logId: () => string | null;
  /** Asks the server which log it has; calls {@link Sequencer.rescan} when it is another one. */
  readonly identify: () => Promise<void>;
  readonly announce: (hint: Hint) => void;
  /** The lease is lost by the server's word: this sequencer has ended. */
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
 * Second arrow of a durable event: outbox → event log, numbered after commit by one writer per shard, so that a late commit
 * gets a later number and nobody waits for it (delivery.md §2 "Sequence"). Works from construction until `stop`, or until it is fenced.
 */
export class Sequencer {
  readonly #done: Promise<void>;
  #stopped = false;
  #limit = new TurnLimit();
  /** What the last turn that took everything could see. Advanced by such turns only. */
  #previous = SAW_NOTHING;
  /** Rises when what was seen no longer counts, so that a turn under way then does not bring it back. */
  #sight = 0;
  #wake: (() => void) | null = null;
  #isWoken = false;
  /** Since when every turn has failed; null while they work. For readiness. */
  failingSince: Date | null = null;

  constructor(private readonly deps: SequencerDeps) {
    this.#done = this.#run();
  }

  /** Something may have been committed: look now instead of at the next poll. */
  wakeUp(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /**
   * The log is another one than before: a replica was promoted, or a backup restored. Its transaction numbers may be lower than those
   * of the last snapshot, which would then hide what is committed now, for ever. So everything is looked at anew.
   */
  rescan(): void {
    this.#sight += 1;
    this.#previous = SAW_NOTHING;
    this.#limit = new TurnLimit();
    this.wakeUp();
  }

  /** Resolves when the running turn has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#done;
  }

  async #run(): Promise<void> {
    let pauseMs = BUSY_POLL_MS;
    while (!this.#stopped) {
      if (!this.deps.isTrusted()) {
        // The renewal decides: either it comes in time, or we are stopped.
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

  /** @returns events numbered, 'some' when more may wait, or null when the turn failed. */
  async #turn(): Promise<number | 'some' | null> {
    const { pool, owner, shard, term, logId } = this.deps;
    const sight = this.#sight;
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
      const all = limit.after(turn.taken, performance.now() - startedMs);
      // A turn that was full, or looked at a part, may have left rows that this snapshot could see: they must stay candidates.
      if (all && sight === this.#sight) this.#previous = turn.snapshot;
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

  /** @returns whether a poke ended it. */
  async #pause(ms: number): Promise<boolean> {
    if (this.#stopped || this.#isWoken) return this.#isWoken;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
    return this.#isWoken;
  }
}
