export { createNatsBackplane, type NatsBackplane, natsUrlFault } from './nats-backplane.js';
export type { ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
