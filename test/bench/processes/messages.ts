/** Publishing in rounds: a round ends when the load process has received all its deliveries. */
export interface RoundPlan {
  /** `everyone`: each event goes to all connections. `one-user`: each event goes to one user, in its own turn of the event loop. */
  readonly to: 'everyone' | 'one-user';
  /** Events per round; 1 leaves nothing to coalesce, 32 is a burst within one turn of the event loop. */
  readonly eventsPerRound: number;
  /** Connected users; the receivers of `one-user` are among them. */
  readonly users: number;
  /** The run ends with the first round that satisfies both minima. */
  readonly minMs: number;
  readonly minRounds: number;
}

/** Publishing at a fixed rate, whatever has arrived, to measure latencies. */
export interface PacePlan {
  /** `everyone`: each event goes to all connections. `in-turn`: event n goes to user n modulo `users`. */
  readonly to: 'everyone' | 'in-turn';
  readonly users: number;
  readonly perSecond: number;
  readonly events: number;
}

/** When each event of a {@link PacePlan} was accepted (durable: committed), in ms since 1970, in order. */
export interface PaceResult {
  readonly publishedAt: readonly number[];
  readonly cpuMicros: number;
}

/** Delays of the event loop since the last request, in ms. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The cost of a run for the server, without load generation. */
export interface RunResult {
  readonly events: number;
  readonly rounds: number;
  /** CPU of the whole server process, including the garbage collector's threads, in µs. */
  readonly cpuMicros: number;
  readonly wallMs: number;
}

/** How to open a stream on a server. */
export interface StreamTarget {
  readonly port: number;
  /** The load process sends one byte to this port for each finished round. */
  readonly controlPort: number;
  /** Request target; `{user}` stands for the id of the connection's user. */
  readonly path: string;
  /** Text in the response that shows that the stream is live. */
  readonly readyMarker: string;
}

/** Resources that a server process has used so far. */
export interface ServerUsage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** Events that arrived at the load process since the last `expect`. */
export interface DeliveryCounts {
  readonly total: number;
  /** Fewest and most of any connection; equal if every connection got every event once. */
  readonly fewest: number;
  readonly most: number;
  /** Connections that the server has ended. */
  readonly closed: number;
}

/** What is added to a server before the next measurement. */
export type Growth = { readonly history: number } | { readonly tenants: number };

/** Median and tail of latencies, in ms. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Duration of a storm of reconnects, in ms from its first byte. */
export interface StormResult {
  /** Until the last stream was live again. */
  readonly liveMs: number;
  /** Until the last stream had every missed event. */
  readonly caughtUpMs: number;
  /** Missed events that all streams together received. */
  readonly replayed: number;
}

/** What a server process still holds without connections. */
export interface RetainedResources {
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Active handles of the event loop: sockets, timers, servers. */
  readonly handles: number;
  /** On the process and on the HTTP server. */
  readonly listeners: number;
  readonly openFiles: number;
}

/** Streams that are opened and closed all the time. */
export interface ChurnPlan {
  readonly target: StreamTarget;
  readonly seconds: number;
  /** Number of streams open at any time. */
  readonly streams: number;
  readonly users: number;
  readonly maxLifeMs: number;
}

/** The result of a churn. */
export interface ChurnResult {
  readonly connects: number;
  readonly events: number;
  /** Responses other than 200. */
  readonly refused: number;
}

/** Requests to a server process and their results. */
export interface ServerRequests {
  listen: { params: { server: string; database?: string }; result: StreamTarget };
  run: { params: RoundPlan; result: RunResult };
  pace: { params: PacePlan; result: PaceResult };
  /** Publishes events to all connections without waiting for deliveries. */
  publish: { params: { events: number }; result: Record<never, never> };
  /** Adds history or tenants, see `BenchServer.grow`. */
  grow: { params: Growth; result: Record<never, never> };
  /** The first request starts the measurement, the next returns it. */
  loopDelay: { params: Record<never, never>; result: LoopDelay };
  /** Forces a garbage collection first; the process must run with `--expose-gc`. */
  retained: { params: Record<never, never>; result: RetainedResources };
  /** Events that replays read from the log. */
  logReads: { params: Record<never, never>; result: { events: number } };
  /** `collect` forces a garbage collection first; the process must run with `--expose-gc`. */
  usage: { params: { collect: boolean }; result: ServerUsage };
}

/** Requests to the load process and their results. */
export interface LoadRequests {
  /** Opens streams until `total` are live. */
  connect: { params: { target: StreamTarget; total: number }; result: { connected: number } };
  /** Resets the counters and sets the number of deliveries that finish a round. */
  expect: { params: { deliveriesPerRound: number }; result: Record<never, never> };
  counts: { params: Record<never, never>; result: DeliveryCounts };
  /** Records when each of the next events arrives, `eventsEach` on every connection. */
  record: { params: { eventsEach: number }; result: Record<never, never> };
  /** Waits for all recorded events, then computes their latencies. `order` defines the index of `publishedAt`, see {@link PacePlan}. */
  latencies: { params: { publishedAt: readonly number[]; order: PacePlan['to'] }; result: Latencies };
  /** Ends all connections abruptly, as a network failure does. */
  leave: { params: Record<never, never>; result: Record<never, never> };
  /** Reopens all streams at once, each with its last position. */
  reconnectAll: { params: { target: StreamTarget; missed: number }; result: StormResult };
  churn: { params: ChurnPlan; result: ChurnResult };
  /** Opens streams that never read. */
  stall: { params: { target: StreamTarget; from: number; count: number }; result: Record<never, never> };
}
