import type { DefinitionInput } from '../engine/index.js';
import { businessTrip } from './business-trip.js';
import { contract } from './contract.js';
import { expenseClaim } from './expense-claim.js';
import { leave } from './leave.js';
import { overtime } from './overtime.js';
import { purchaseOrder } from './purchase-order.js';

/** The ready-made ERP processes, as data to publish or to start one's own from. */
export const READY_MADE_PROCESSES: readonly DefinitionInput[] = [
  leave,
  overtime,
  businessTrip,
  purchaseOrder,
  expenseClaim,
  contract,
];

export { businessTrip, contract, expenseClaim, leave, overtime, purchaseOrder };
