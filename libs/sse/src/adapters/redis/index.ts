export { createRedisBackplane, type RedisBackplane, redisUrlFault } from './redis-backplane.js';
export type { ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
