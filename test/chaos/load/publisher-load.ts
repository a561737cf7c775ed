/** What the publishers' process is told to do. */
export interface PublisherLoad {
  /** Its log of attempts and outcomes. */
  readonly logFile: string;
  readonly seed: number;
  readonly tenants: readonly string[];
  /** Login for the writers, directly at the server: what breaks here breaks at the server. */
  readonly databaseUrl: string;
  /** Module with `createPostgresSse`: of the product's copy that the nodes run. */
  readonly postgresEntry: string;
  readonly shards: number;
  /** Connections that each run one transaction after the other. */
  readonly writers: number;
  /** Events of one statement at most. */
  readonly batch: number;
  /** Events a second over all writers; the load never runs ahead of it. */
  readonly eventsPerSecond: number;
  /** Behind so many acknowledged events it only trickles, until it is told to stop: there must always be somebody to disturb. */
  readonly events: number;
  /** Base URLs for senders over HTTP, with a token for each tenant; none without nodes here. */
  readonly http: readonly string[];
  readonly tokens: Readonly<Record<string, string>>;
  /** Senders over HTTP at once. */
  readonly senders: number;
}

/** What the publishers did so far. */
export interface PublisherFigures {
  readonly acknowledged: number;
  /** What they could not do, and how often. */
  readonly failures: readonly (readonly [string, number])[];
}
