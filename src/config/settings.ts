import type { KeyObject } from 'node:crypto';

/** Injection token of the {@link Settings}. */
export const SETTINGS = Symbol('SETTINGS');

/** Values of `LOG_LEVEL`, from the fewest log entries to the most. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;

/** See {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Values of `SSE_BACKPLANE`: what can carry the hints between servers. */
export const BACKPLANES = ['postgres', 'memory', 'redis', 'nats'] as const;

/** The chosen backplane; those with a server of their own need its URL. */
export type BackplaneSettings =
  | { readonly kind: 'postgres' | 'memory' }
  | {
      readonly kind: 'redis' | 'nats';
      /** `REDIS_URL` or `NATS_URL`; may contain a password. */
      readonly url: string;
      /** Prefix of the channel names, so that clusters can share a server. */
      readonly prefix: string;
    };

/** The one source of the keys that verify tokens. */
export type JwtKeySource =
  /** HS256 with `JWT_SECRET`, or with a secret generated on the first start and stored in `DATA_DIR`. */
  | { readonly kind: 'secret'; readonly secret: string }
  /** `JWT_PUBLIC_KEY`. */
  | { readonly kind: 'public-key'; readonly key: KeyObject; readonly pem: string }
  /** `JWT_JWKS_URI`. */
  | { readonly kind: 'jwks'; readonly uri: string };

/** How access tokens are verified. */
export interface JwtSettings {
  readonly keys: JwtKeySource;
  readonly algorithms: readonly string[];
  readonly issuer?: string;
  readonly audience?: string;
}

/** The checked settings of the service. Frozen; only `readSettings` creates them. */
export interface Settings {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly demo: boolean;
  /** Whether the first start loads the demo companies; always false without {@link demo}. */
  readonly demoCompany: boolean;
  /** Absolute path. */
  readonly dataDir: string;
  /** Without a `url` the service runs the built-in PostgreSQL in {@link dataDir}. */
  readonly database: {
    readonly url?: string;
    readonly migrationUrl?: string;
    readonly listenUrl?: string;
    readonly convert: boolean;
  };
  readonly jwt: JwtSettings;
  readonly sse: {
    readonly backplane: BackplaneSettings;
    readonly shards: number;
    readonly heartbeatMs: number;
    readonly replayMaxEvents: number;
    readonly replayMaxAgeHours: number;
    readonly maxConnections: number;
    readonly maxConnectionsPerTenant: number;
    readonly maxConnectionsPerUser: number;
    readonly connectsPerMinute: number;
    readonly allowQueryToken: boolean;
    readonly cookieName: string;
  };
  readonly corsOrigins: readonly string[];
  /** Express's `trust proxy`: false for no proxy, true for every proxy, a number of hops, or addresses. */
  readonly trustProxy: boolean | number | readonly string[];
  readonly metricsToken?: string;
  readonly smtpUrl?: string;
  /** Time over which a shutdown closes open streams; milliseconds. */
  readonly drainMs: number;
  readonly logLevel: LogLevel;
}
