import { z } from 'zod';

/** Answer of `GET /health`. */
export const healthAnswer = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

const outcome = z.enum(['ok', 'failed']);

/** Answer of `GET /ready`. The reason of a failed check is only logged, because anyone may read the answer. */
export const readinessAnswer = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    checks: z.object({
      database: outcome,
      migrations: outcome,
      sequencer: outcome,
      backplane: outcome,
      draining: z.boolean(),
    }),
  })
  .meta({ id: 'Readiness' });
