import { isStorableText } from '@nest-herald/platform/http';
import { z } from 'zod';
import { DOCUMENT_STATUSES } from '../documents/document.js';

/** Largest amount of one order. The column and a double both store it exactly to the cent. */
const MAX_AMOUNT = 999_999_999.99;

const amount = z
  .number()
  .min(0)
  .max(MAX_AMOUNT)
  .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-4, 'has more than two decimals');

/** Text without NUL, which PostgreSQL cannot store. */
const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorableText, 'contains NUL or half a surrogate pair');

const line = z.strictObject({ item: text(200), quantity: z.number().min(0).max(1_000_000).default(1), amount });

/** Body of `POST /api/v1/purchase-orders`: the amount, or lines that add up to it. It has no status. */
export const newOrderSchema = z
  .strictObject({
    supplier: text(200),
    amount: amount.optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be three capital letters, such as EUR')
      .default('EUR'),
    costCentre: text(50).nullable().default(null),
    note: text(2_000).nullable().default(null),
    lines: z.array(line).max(200).default([]),
  })
  .superRefine((order, context) => {
    if (order.lines.length === 0) {
      if (order.amount === undefined)
        context.addIssue({
          code: 'custom',
          path: ['amount'],
          message: 'is missing. Send an amount, or lines that add up to it',
        });
    } else if (order.amount !== undefined && cents(order.amount) !== cents(sumOf(order.lines))) {
      context.addIssue({
        code: 'custom',
        path: ['amount'],
        message: `must be the sum of the lines, ${sumOf(order.lines)}`,
      });
    } else if (sumOf(order.lines) > MAX_AMOUNT) {
      context.addIssue({ code: 'custom', path: ['lines'], message: `must not add up to more than ${MAX_AMOUNT}` });
    }
  })
  .transform((order) => ({ ...order, amount: order.lines.length === 0 ? (order.amount ?? 0) : sumOf(order.lines) }))
  .meta({ id: 'NewPurchaseOrder' });

/** A checked {@link newOrderSchema}. */
export type NewOrder = z.output<typeof newOrderSchema>;

/** A purchase order as the demo answers it. */
export const orderSchema = z
  .object({
    id: z.string(),
    status: z.enum(DOCUMENT_STATUSES),
    supplier: z.string(),
    amount: z.number(),
    currency: z.string(),
    costCentre: z.string().nullable(),
    note: z.string().nullable(),
    lines: z.array(z.object({ item: z.string(), quantity: z.number(), amount: z.number() })),
    requesterId: z.string(),
    instanceId: z.string().nullable(),
    revision: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PurchaseOrder' });

/** See {@link orderSchema}. */
export type PurchaseOrder = z.output<typeof orderSchema>;

/** Answer of a list. */
export const orderPageSchema = z
  .object({ items: z.array(orderSchema), nextCursor: z.string().nullable(), hasMore: z.boolean() })
  .meta({ id: 'PurchaseOrderPage' });

function sumOf(lines: readonly { readonly amount: number }[]): number {
  return lines.reduce((sum, { amount: each }) => sum + cents(each), 0) / 100;
}

function cents(value: number): number {
  return Math.round(value * 100);
}
