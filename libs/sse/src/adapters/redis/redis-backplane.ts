import { CarrierBackplane } from '../../backplane/carrier-backplane.js';
import { checkServerOptions, type ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
import { RedisCarrier } from './redis-carrier.js';

/** Says what is wrong with the URL of a Redis server, without showing it. @returns null when nothing is. */
function redisUrlFault(url: string): string | null {
  const isRedis =
    URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol) && new URL(url).host !== '';
  return isRedis
    ? null
    : 'must be redis://user:password@host:6379 (rediss:// with TLS); special characters in the password must be percent-encoded';
}

/** Hints and ephemeral events over Redis Pub/Sub. `counters` tells what was lost and what was not ours. */
export type RedisBackplane = CarrierBackplane;

/**
 * Makes a {@link RedisBackplane} for one Redis server (6 or newer) or whatever speaks its protocol; needs the package `redis`. Nothing
 * connects before the hub starts. Pub/Sub keeps nothing: what is published while the server is away is lost, counted, and repaired by the event log's tail.
 *
 * @throws SseError `ERR_SSE_INVALID_OPTIONS`, naming every fault. Its `start` throws `ERR_SSE_BACKPLANE`.
 */
export function createRedisBackplane(options: ServerBackplaneOptions): RedisBackplane {
  const { url, prefix, onError } = checkServerOptions('createRedisBackplane', options, redisUrlFault);
  return new CarrierBackplane(new RedisCarrier(url, `${prefix}:sse`), onError);
}
