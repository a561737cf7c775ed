export { CodedError } from './errors/coded-error.js';
export { PlatformError, type PlatformErrorCode } from './errors/platform.errors.js';
export { ID_GENERATOR, type IdGenerator, randomIdGenerator } from './identity/id-generator.js';
export {
  asTenantId,
  asUserId,
  hasPermission,
  isIdentifier,
  isPermitted,
  type Principal,
  type TenantId,
  type UserId,
} from './identity/principal.js';
export { nearestName } from './options/nearest-name.js';
export { type NumberRange, OptionFaults } from './options/option-faults.js';
export { CLOCK, type Clock, systemClock } from './time/clock.js';
export { Jitter } from './time/jitter.js';
export { LateError, within } from './time/within.js';
export type { Tx } from './transactions/tx.js';
