export { createRedisBackplane } from './redis-backplane.js';
