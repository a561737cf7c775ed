import { z } from 'zod';

/** Query of `GET /stats`. Unknown parameters are ignored, as in every query. */
export const statsQuerySchema = z.object({ scope: z.enum(['tenant', 'platform']).default('tenant') });

/** See {@link statsQuerySchema}. */
export type StatsQuery = z.infer<typeof statsQuerySchema>;

/** Query of `GET /online-users`. */
export const onlineUsersQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .refine((limit) => limit <= 100, 'must be a whole number from 1 to 100')
    .default(20),
  cursor: z.string().min(1).max(200).optional(),
  leaving: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true'),
});

/** See {@link onlineUsersQuerySchema}. */
export type OnlineUsersQuery = z.infer<typeof onlineUsersQuerySchema>;

/** Longest wait of a poll: proxies commonly time out after 60 s. */
const MAX_WAIT_MS = 55_000;

/** Query of `GET /poll`; topics and `after` have the meaning of a stream's topics and cursor. */
export const pollQuerySchema = z.object({
  after: z.string().optional(),
  waitMs: z
    .string()
    .regex(/^[0-9]{1,5}$/, `must be a whole number from 0 to ${MAX_WAIT_MS}`)
    .transform(Number)
    .refine((waitMs) => waitMs <= MAX_WAIT_MS, `must be a whole number from 0 to ${MAX_WAIT_MS}`)
    .default(25_000),
});

/** See {@link pollQuerySchema}. */
export type PollQuery = z.infer<typeof pollQuerySchema>;
