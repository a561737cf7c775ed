import { CarrierBackplane } from '../../backplane/carrier-backplane.js';
import { checkServerOptions, type ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
import { RedisCarrier } from './redis-carrier.js';

/** @returns what is wrong with the URL, without showing it; null when it is valid. */
function redisUrlFault(url: string): string | null {
  const isRedis =
    URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol) && new URL(url).host !== '';
  return isRedis
    ? null
    : 'must be redis://user:password@host:6379 (rediss:// with TLS); special characters in the password must be percent-encoded';
}

/** Hints and ephemeral events over Redis Pub/Sub. */
export type RedisBackplane = CarrierBackplane;

/**
 * Creates a {@link RedisBackplane} for one Redis server (6 or newer) or a compatible one. It needs the package `redis` and
 * connects when the hub starts. Pub/Sub stores nothing: a message published while Redis is unreachable is lost and counted,
 * and the event log's tail repairs it.
 *
 * @throws SseError `ERR_SSE_INVALID_OPTIONS`, naming every fault. `start` throws `ERR_SSE_BACKPLANE`.
 */
export function createRedisBackplane(options: ServerBackplaneOptions): RedisBackplane {
  const { url, prefix, onError } = checkServerOptions('createRedisBackplane', options, redisUrlFault);
  return new CarrierBackplane(new RedisCarrier(url, `${prefix}:sse`), onError);
}
