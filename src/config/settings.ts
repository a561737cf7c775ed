import type { KeyObject } from 'node:crypto';

/** Injection token of the {@link Settings}. */
export const SETTINGS = Symbol('SETTINGS');

/** Words that `LOG_LEVEL` takes, least talkative first. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;

/** See {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What carries hints between nodes; the engines that this version has. */
export const BACKPLANES = ['postgres', 'memory', 'redis', 'nats'] as const;

/** See {@link BACKPLANES}; the two with a server of their own say where it is. */
export type BackplaneSettings =
  | { readonly kind: 'postgres' | 'memory' }
  | {
      readonly kind: 'redis' | 'nats';
      /** `REDIS_URL` or `NATS_URL`; may hold a password. */
      readonly url: string;
      /** Begins the name of the channel, so that clusters can share a server. */
      readonly prefix: string;
    };

/** Where the keys that verify tokens come from; exactly one. */
export type JwtKeySource =
  /** HS256 with `JWT_SECRET`, or with a secret generated on the first start and kept in `DATA_DIR`. */
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

/** The service's settings, checked. Frozen; made by `readSettings` and by nothing else. */
export interface Settings {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly demo: boolean;
  /** Whether the demo companies are loaded at the first start; without {@link demo} never. */
  readonly demoCompany: boolean;
  /** Absolute path. */
  readonly dataDir: string;
  /** Without a `url` the embedded server in {@link dataDir} is used. */
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
  /** What Express calls `trust proxy`: nobody, everybody, a number of hops, or addresses. */
  readonly trustProxy: boolean | number | readonly string[];
  readonly metricsToken?: string;
  readonly smtpUrl?: string;
  /** Milliseconds that open streams may take to leave at shutdown. */
  readonly drainMs: number;
  readonly logLevel: LogLevel;
}
