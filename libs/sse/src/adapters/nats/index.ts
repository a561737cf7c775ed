export { createNatsBackplane, type NatsBackplane } from './nats-backplane.js';
export type { ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
