import { Observed } from '../reactive/observed.js';
import { backoffMs } from './backoff.js';
import { isAtOrBefore, parsePosition } from './position.js';
import type { PositionStore } from './position-store.js';
import { NO_FACTS, RECENT_LIMIT } from './stream-state.js';
import type { Connected, StreamCause, StreamFacts, StreamState } from './stream-state.js';

/** What the stream needs from the browser. Tests supply their own. */
export interface StreamEnvironment {
  openEventSource(url: URL): EventSource;
  /** Finds out with HEAD why the stream was refused, because EventSource does not say. Null without a response. */
  probe(url: URL): Promise<{ readonly status: number; readonly retryAfterMs: number } | null>;
  now(): number;
  /** @returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
  random(): number;
}

export interface EventStreamOptions {
  readonly url: URL;
  /** Durable types. An event is dropped if its position was already received. */
  readonly durableTypes: readonly string[];
  /** Types that may lack a position. They are always delivered: a duplicate cannot be recognised. */
  readonly ephemeralTypes: readonly string[];
  readonly positions: PositionStore;
  readonly environment: StreamEnvironment;
}

type Handler = (data: unknown) => void;

const FIRST_HEARTBEAT_MS = 15_000;
const CLOSED_FOR_GOOD = 2;
const BACKOFF = { minMs: 500, maxMs: 30_000 };

/**
 * One stream from the service, with the browser's own EventSource and the session cookie.
 *
 * States:
 * - `idle`, `closed` →start→ `connecting` →`connected` event→ `open`
 * - `open` →connection lost, silence, `close` with reconnect→ `waiting` →`connected` event→ `open`
 * - any state →`close` without reconnect, 401, stop→ `closed`
 *
 * After a lost connection the browser reconnects by itself with `Last-Event-ID`. It gives up on any status but 200. Then,
 * and after 2.5 heartbeats of silence, this class opens a new connection from the same position.
 *
 * Guarantees: handlers see each durable event once, in order. Within an epoch the position only moves forward, unless a
 * `resync` moves it back.
 */
export class EventStream extends Observed {
  readonly #options: EventStreamOptions;
  readonly #handlers = new Map<string, Set<Handler>>();
  #source: EventSource | null = null;
  #cancelWatchdog: () => void = () => {};
  #cancelRetry: () => void = () => {};
  #attempt = 0;
  #run = 0;
  #state: StreamState;
  #facts: StreamFacts;

  constructor(options: EventStreamOptions) {
    super();
    this.#options = options;
    this.#state = { phase: 'idle', cause: 'none', status: null, sinceMs: options.environment.now(), nextTryAtMs: null };
    this.#facts = { ...NO_FACTS, position: parsePosition(options.positions.load()) && options.positions.load() };
  }

  get state(): StreamState {
    return this.#state;
  }

  get facts(): StreamFacts {
    return this.#facts;
  }

  /** Calls `handler` with the parsed data of each event of a type. @returns the function that unsubscribes. */
  on(type: string, handler: Handler): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  start(): void {
    if (this.#state.phase === 'idle' || this.#state.phase === 'closed') this.#open('connecting', 'none');
  }

  stop(): void {
    this.#end('none');
  }

  /** Retries at once if the stream is waiting: the network or the tab returned. */
  retryNow(): void {
    if (this.#state.phase === 'waiting') this.#open('waiting', this.#state.cause);
  }

  /** Drops the connection and reconnects after `awayMs`, as after a network fault. */
  drop(awayMs: number): void {
    this.#release();
    this.#retryIn(awayMs, 'dropped', null);
  }

  #open(phase: 'connecting' | 'waiting', cause: StreamCause): void {
    this.#release();
    const url = new URL(this.#options.url);
    if (this.#facts.position !== null) url.searchParams.set('last_event_id', this.#facts.position);
    const source = this.#options.environment.openEventSource(url);
    this.#source = source;
    this.#move(phase, cause);
    this.#armWatchdog();
    source.addEventListener('error', () => this.#onError(source));
    const { durableTypes, ephemeralTypes } = this.#options;
    for (const type of durableTypes) this.#listen(source, type, true);
    const control = ['connected', 'heartbeat', 'cursor', 'resync', 'session.expiring', 'problem', 'close'];
    for (const type of [...control, ...ephemeralTypes]) this.#listen(source, type, false);
  }

  #listen(source: EventSource, type: string, durable: boolean): void {
    source.addEventListener(type, (event) => {
      if (source !== this.#source) return;
      this.#onEvent(type, durable, event as MessageEvent<string>);
    });
  }

  #onEvent(type: string, durable: boolean, event: MessageEvent<string>): void {
    const nowMs = this.#options.environment.now();
    const before = this.#facts;
    const id = parsePosition(event.lastEventId) === null ? null : event.lastEventId;
    const moved = id !== null && (type === 'resync' ? id !== before.position : !isAtOrBefore(id, before.position));
    if (durable && id !== null && isAtOrBefore(id, before.position)) {
      this.#facts = { ...before, duplicates: before.duplicates + 1, lastEventAtMs: nowMs };
      return this.#armWatchdog();
    }
    this.#facts = {
      ...before,
      position: moved ? id : before.position,
      lastEventAtMs: nowMs,
      lastHeartbeatAtMs: type === 'heartbeat' ? nowMs : before.lastHeartbeatAtMs,
      events: before.events + 1,
      heartbeats: before.heartbeats + (type === 'heartbeat' ? 1 : 0),
      resyncs: before.resyncs + (type === 'resync' ? 1 : 0),
      recent: [{ type, id: moved ? id : null, atMs: nowMs }, ...before.recent].slice(0, RECENT_LIMIT),
    };
    if (moved) this.#options.positions.save(id);
    const data = parse(event.data);
    if (type === 'connected') this.#onConnected(data as Connected, nowMs);
    this.#armWatchdog();
    if (type === 'close') this.#onClose(data);
    this.#emit(type, data);
    this.changed();
  }

  #onConnected(connected: Connected, nowMs: number): void {
    this.#attempt = 0;
    this.#facts = { ...this.#facts, connected, openedAtMs: nowMs, connects: this.#facts.connects + 1 };
    this.#move('open', 'none');
  }

  #onClose(data: unknown): void {
    const { reason, reconnect } = data as { readonly reason?: string; readonly reconnect?: boolean };
    if (reconnect === false) return this.#end(`closed:${reason ?? 'complete'}`);
    this.#move('waiting', `closed:${reason ?? 'shutdown'}`);
  }

  #onError(source: EventSource): void {
    if (source !== this.#source) return;
    if (source.readyState !== CLOSED_FOR_GOOD) {
      // The browser retries by itself. The reason in the server's `close` event explains more than "lost".
      const explained = this.#state.phase === 'waiting' && this.#state.cause !== 'none';
      return this.#move('waiting', explained ? this.#state.cause : 'connection-lost');
    }
    this.#release();
    const run = this.#run;
    void this.#options.environment.probe(this.#options.url).then((response) => {
      if (run !== this.#run) return;
      if (response?.status === 401) return this.#end('unauthenticated');
      const waitMs = backoffMs(this.#attempt++, response?.retryAfterMs ?? 0, {
        ...BACKOFF,
        random: () => this.#options.environment.random(),
      });
      this.#retryIn(waitMs, 'refused', response?.status ?? null);
    });
    this.#move('waiting', 'refused');
  }

  #retryIn(waitMs: number, cause: StreamCause, status: number | null): void {
    this.#move('waiting', cause, status, this.#options.environment.now() + waitMs);
    this.#cancelRetry = this.#options.environment.after(waitMs, () => this.#open('waiting', cause));
  }

  #armWatchdog(): void {
    this.#cancelWatchdog();
    if (this.#source === null) return;
    const timeoutMs = 2.5 * (this.#facts.connected?.heartbeatIntervalMs ?? FIRST_HEARTBEAT_MS);
    this.#cancelWatchdog = this.#options.environment.after(timeoutMs, () => this.#open('waiting', 'silent'));
  }

  #end(cause: StreamCause): void {
    this.#release();
    this.#move('closed', cause);
  }

  #release(): void {
    this.#run++;
    this.#cancelWatchdog();
    this.#cancelRetry();
    this.#source?.close();
    this.#source = null;
  }

  #move(phase: StreamState['phase'], cause: StreamCause, status: number | null = null, nextTryAtMs?: number): void {
    this.#state = { phase, cause, status, sinceMs: this.#options.environment.now(), nextTryAtMs: nextTryAtMs ?? null };
    this.changed();
  }

  #emit(type: string, data: unknown): void {
    for (const handler of this.#handlers.get(type) ?? []) {
      try {
        handler(data);
      } catch (fault) {
        // A faulty handler must stop neither the others nor the stream.
        reportError(fault);
      }
    }
  }
}

/** Parses JSON. Text that an application sent as it is stays a string. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
}
