import { isStorableText } from '@nest-herald/platform/http';
import { z } from 'zod';
import { DOCUMENT_STATUSES } from '../documents/document.js';

/** Kinds of leave: the same as in the ready-made process `leave`. */
export const LEAVE_KINDS = ['annual', 'sick', 'personal', 'other'] as const;

/** Body of `POST /api/v1/leave-requests`. `days` counts working days; without it every calendar day counts. */
export const newLeaveSchema = z
  .strictObject({
    kind: z.enum(LEAVE_KINDS),
    from: z.iso.date(),
    to: z.iso.date(),
    days: z.number().min(0.5).max(365).multipleOf(0.5).optional(),
    reason: z
      .string()
      .min(1)
      .max(2_000)
      .refine(isStorableText, 'contains NUL or half a surrogate pair')
      .nullable()
      .default(null),
  })
  .superRefine((leave, context) => {
    const calendarDays = calendarDaysOf(leave.from, leave.to);
    if (calendarDays < 1) context.addIssue({ code: 'custom', path: ['to'], message: 'is before the first day' });
    else if (calendarDays > 365)
      context.addIssue({ code: 'custom', path: ['to'], message: 'is more than 365 days after the first day' });
    else if ((leave.days ?? 1) > calendarDays)
      context.addIssue({
        code: 'custom',
        path: ['days'],
        message: `must not exceed the ${calendarDays} calendar days from the first to the last day`,
      });
  })
  .transform((leave) => ({ ...leave, days: leave.days ?? calendarDaysOf(leave.from, leave.to) }))
  .meta({ id: 'NewLeaveRequest' });

/** A checked {@link newLeaveSchema}. */
export type NewLeave = z.output<typeof newLeaveSchema>;

/** A leave request as the demo answers it. */
export const leaveSchema = z
  .object({
    id: z.string(),
    status: z.enum(DOCUMENT_STATUSES),
    kind: z.enum(LEAVE_KINDS),
    from: z.iso.date(),
    to: z.iso.date(),
    days: z.number(),
    reason: z.string().nullable(),
    requesterId: z.string(),
    instanceId: z.string().nullable(),
    revision: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'LeaveRequest' });

/** See {@link leaveSchema}. */
export type LeaveRequest = z.output<typeof leaveSchema>;

/** Answer of a list. */
export const leavePageSchema = z
  .object({ items: z.array(leaveSchema), nextCursor: z.string().nullable(), hasMore: z.boolean() })
  .meta({ id: 'LeaveRequestPage' });

function calendarDaysOf(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
}
