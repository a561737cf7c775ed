/** The load of the publishers' process. */
export interface PublisherLoad {
  /** The file of attempts and outcomes. */
  readonly logFile: string;
  readonly seed: number;
  readonly tenants: readonly string[];
  /** Direct login of the writers, without a proxy, so that only faults of the server itself break it. */
  readonly databaseUrl: string;
  /** Module with `createPostgresSse`, from the copy of the product that the servers run. */
  readonly postgresEntry: string;
  readonly shards: number;
  /** Number of connections; each executes one transaction after the other. */
  readonly writers: number;
  /** Most events of one statement. */
  readonly batch: number;
  /** Most events per second of all writers. */
  readonly eventsPerSecond: number;
  /** After this many acknowledged events the load only trickles until it is stopped, so that faults always meet a load. */
  readonly events: number;
  /** Base URLs for senders over HTTP; empty if no server runs. `tokens` has one token per tenant. */
  readonly http: readonly string[];
  readonly tokens: Readonly<Record<string, string>>;
  /** Number of concurrent senders over HTTP. */
  readonly senders: number;
}

/** Figures of the publishers so far. */
export interface PublisherFigures {
  readonly acknowledged: number;
  /** Error messages and how often each occurred. */
  readonly failures: readonly (readonly [string, number])[];
}
