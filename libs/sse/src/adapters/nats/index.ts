export { createNatsBackplane } from './nats-backplane.js';
