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

/** Questions to a server process and its answers. */
export interface ServerQuestions {
  listen: { ask: { server: string }; answer: StreamTarget };
  run: { ask: RoundPlan; answer: RunResult };
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
}
