export { createRedisBackplane, type RedisBackplane } from './redis-backplane.js';
export type { ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
