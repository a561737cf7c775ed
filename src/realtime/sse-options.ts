import type { JwtOptions, SseOptions } from '@nest-herald/sse';
import type { JwtSettings, Settings } from '../config/settings.js';

const MS_PER_HOUR = 3_600_000;

/** The options of `SseModule` that come from settings; `realtime.module.ts` adds the engines. */
export function sseOptionsOf(settings: Settings): SseOptions {
  const { sse } = settings;
  return {
    jwt: jwtOptionsOf(settings.jwt),
    heartbeatIntervalMs: sse.heartbeatMs,
    drainMs: settings.drainMs,
    replayMaxEvents: sse.replayMaxEvents,
    replayMaxAgeMs: sse.replayMaxAgeHours * MS_PER_HOUR,
    maxConnections: sse.maxConnections,
    maxConnectionsPerTenant: sse.maxConnectionsPerTenant,
    maxConnectionsPerUser: sse.maxConnectionsPerUser,
    connectsPerMinute: sse.connectsPerMinute,
    allowQueryToken: sse.allowQueryToken,
    cookieName: sse.cookieName,
    allowedOrigins: settings.corsOrigins,
  };
}

function jwtOptionsOf({ keys, algorithms, issuer, audience }: JwtSettings): JwtOptions {
  const source =
    keys.kind === 'secret'
      ? { secret: keys.secret }
      : keys.kind === 'public-key'
        ? { publicKey: keys.pem }
        : { jwksUri: keys.uri };
  return {
    ...source,
    algorithms,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
}

/** Days for which the log keeps events: enough for the longest allowed replay; 365 when its age has no limit (0 hours). */
export function retentionDaysOf(settings: Settings): number {
  const { replayMaxAgeHours } = settings.sse;
  return replayMaxAgeHours === 0 ? 365 : Math.max(1, Math.ceil(replayMaxAgeHours / 24));
}
