import { z } from 'zod';

/** Body of a sign-in. `tenant_id` and `tenantId` are ignored everywhere. */
export const signInBody = z
  .strictObject({
    userId: z.string().min(1).max(128),
    tenantId: z.unknown().optional(),
    tenant_id: z.unknown().optional(),
  })
  .meta({ id: 'DemoSignIn' });

/** Answer of a sign-in. */
export const signInAnswer = z
  .object({
    accessToken: z.string(),
    expiresAt: z.iso.datetime(),
    user: z.object({ id: z.string(), tenantId: z.string(), name: z.string(), roles: z.array(z.string()) }),
  })
  .meta({ id: 'DemoSession' });

/** Answer of `GET /people`. */
export const demoPeople = z
  .object({
    tenants: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        people: z.array(z.object({ id: z.string(), name: z.string(), title: z.string(), roles: z.array(z.string()) })),
      }),
    ),
  })
  .meta({ id: 'DemoPeople' });
