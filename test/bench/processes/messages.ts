/** Publishing in rounds: a round is over when the load process has seen every delivery of it. */
export interface RoundPlan {
  /** `everyone`: each event goes to all connections. `one-user`: each event goes to one person, in a turn of its own. */
  readonly to: 'everyone' | 'one-user';
  /** Events of a round; 1 leaves nothing to coalesce, 32 is a burst within one turn of the event loop. */
  readonly eventsPerRound: number;
  /** People connected; chooses the receivers of `one-user`. */
  readonly users: number;
  /** The run ends at the first end of a round that satisfies both minima. */
  readonly minMs: number;
  readonly minRounds: number;
}

/** Publishing by the clock, whatever arrives: for latencies. */
export interface PacePlan {
  /** `everyone`: each event goes to all connections. `in-turn`: event n goes to person n modulo `users`. */
  readonly to: 'everyone' | 'in-turn';
  readonly users: number;
  readonly perSecond: number;
  readonly events: number;
}

/** When each event of a {@link PacePlan} was accepted (durable: committed), ms since 1970, in order. */
export interface PaceResult {
  readonly publishedAt: readonly number[];
  readonly cpuMicros: number;
}

/** Waiting times of the event loop since the last look, ms. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What a run cost the server, load generation excluded. */
export interface RunResult {
  readonly events: number;
  readonly rounds: number;
  /** CPU of the whole server process, garbage collector's threads included, in µs. */
  readonly cpuMicros: number;
  readonly wallMs: number;
}

/** How to open a stream on a server. */
export interface StreamTarget {
  readonly port: number;
  /** The load process answers here, one byte for each finished round. */
  readonly controlPort: number;
  /** Request target; `{user}` stands for the id of the connection's person. */
  readonly path: string;
  /** Text of the response that says that the stream is live. */
  readonly readyMarker: string;
}

/** What a server process has used so far. */
export interface ServerUsage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** What arrived at the load process since the last `expect`. */
export interface DeliveryCounts {
  readonly total: number;
  /** Fewest and most of any one connection; equal when everybody got everything once. */
  readonly fewest: number;
  readonly most: number;
  /** Connections that the server has ended. */
  readonly closed: number;
}

/** What is added to a server's world before the same thing is measured again. */
export type Growth = { readonly history: number } | { readonly tenants: number };

/** Middle and tail of latencies, ms. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How long a storm of reconnects took, ms from its first byte. */
export interface StormResult {
  /** Until the last stream was live again. */
  readonly liveMs: number;
  /** Until the last one had everything that it had missed. */
  readonly caughtUpMs: number;
  /** Events that all together had missed and have got. */
  readonly replayed: number;
}

/** What a server process still holds when nobody is connected. */
export interface Leftovers {
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** What keeps the event loop awake: sockets, timers, servers. */
  readonly handles: number;
  /** On the process and on the HTTP server. */
  readonly listeners: number;
  readonly openFiles: number;
}

/** Streams that come and go. */
export interface ChurnPlan {
  readonly target: StreamTarget;
  readonly seconds: number;
  /** Open at any time. */
  readonly streams: number;
  readonly users: number;
  readonly maxLifeMs: number;
}

/** What a churn did. */
export interface ChurnResult {
  readonly connects: number;
  readonly events: number;
  /** Answers other than 200. */
  readonly refused: number;
}

/** Questions to a server process and its answers. */
export interface ServerQuestions {
  listen: { ask: { server: string; database?: string }; answer: StreamTarget };
  run: { ask: RoundPlan; answer: RunResult };
  pace: { ask: PacePlan; answer: PaceResult };
  /** Hands events over for everybody and waits for nobody. */
  publish: { ask: { events: number }; answer: Record<never, never> };
  /** Makes the server's world larger, see `BenchServer.grow`. */
  grow: { ask: Growth; answer: Record<never, never> };
  /** Ask once to begin, again to read. */
  loopDelay: { ask: Record<never, never>; answer: LoopDelay };
  /** Forces a collection first; the process must run with `--expose-gc`. */
  leftovers: { ask: Record<never, never>; answer: Leftovers };
  /** Events that replays had to read from the log. */
  logReads: { ask: Record<never, never>; answer: { events: number } };
  /** `collect` forces a collection first; the process must run with `--expose-gc`. */
  usage: { ask: { collect: boolean }; answer: ServerUsage };
}

/** Questions to the load process and its answers. */
export interface LoadQuestions {
  /** Opens streams until `total` are live. */
  connect: { ask: { target: StreamTarget; total: number }; answer: { connected: number } };
  /** Sets the counters to zero and the number of deliveries that finish a round. */
  expect: { ask: { deliveriesPerRound: number }; answer: Record<never, never> };
  counts: { ask: Record<never, never>; answer: DeliveryCounts };
  /** Remembers when each of the next events arrives, `eventsEach` of them on every connection. */
  record: { ask: { eventsEach: number }; answer: Record<never, never> };
  /** Waits for all recorded events, then compares. `order`: what `publishedAt[n]` stands for, see {@link PacePlan}. */
  latencies: { ask: { publishedAt: readonly number[]; order: PacePlan['to'] }; answer: Latencies };
  /** Ends all connections as a network that goes away does. */
  leave: { ask: Record<never, never>; answer: Record<never, never> };
  /** Opens as many streams at once as there were, each with the position at which it left. */
  comeBack: { ask: { target: StreamTarget; missed: number }; answer: StormResult };
  churn: { ask: ChurnPlan; answer: ChurnResult };
  /** Opens streams that never read. */
  stall: { ask: { target: StreamTarget; from: number; count: number }; answer: Record<never, never> };
}
