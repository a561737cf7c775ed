import { demoCode } from '../documents/demo-processes.js';
import { DemoRefusal } from '../documents/demo.errors.js';
import type { DocumentKind } from '../documents/document-kind.js';
import { newOrderSchema, type PurchaseOrder } from './purchase-order.schemas.js';
import { changeOrderStatus, readOrder } from './purchase-order.store.js';

/** Purchase orders; the ready-made process `purchase-order` decides them. */
export const PURCHASE_ORDER: DocumentKind<PurchaseOrder> = {
  businessType: 'purchase-order',
  processCode: demoCode('purchase-order'),
  noun: 'purchase order',
  isVisibleTo: () => true,
  read: (manager, tenantId, id) => readOrder(manager, tenantId, id, false),
  lock: (manager, tenantId, id) => readOrder(manager, tenantId, id, true),
  formOf: ({ supplier, amount, currency, costCentre, lines }) => ({
    supplier,
    amount,
    currency,
    ...(costCentre === null ? {} : { costCentre }),
    ...(lines.length === 0 ? {} : { lines }),
  }),
  titleOf: ({ id, supplier, amount, currency }) => `${id} · ${supplier}, ${amount.toFixed(2)} ${currency}`,
  checkedForm: (form) => {
    const { supplier, amount, currency, costCentre, lines } = form;
    const checked = newOrderSchema.safeParse({ supplier, amount, currency, costCentre, lines });
    if (checked.success) return checked.data;
    throw new DemoRefusal(
      'invalid_form',
      `The form does not fit a purchase order: ${checked.error.issues[0]?.message ?? ''}.`,
    );
  },
  changeStatus: changeOrderStatus,
};
