export { CodedError } from './errors/coded-error.js';
export { PlatformError } from './errors/platform.errors.js';
export { ID_GENERATOR, type IdGenerator, randomIdGenerator } from './identity/id-generator.js';
export {
  asTenantId,
  asUserId,
  isIdentifier,
  isPermitted,
  type Principal,
  type TenantId,
  type UserId,
} from './identity/principal.js';
export { OptionFaults } from './options/option-faults.js';
export { CLOCK, type Clock, systemClock } from './time/clock.js';
