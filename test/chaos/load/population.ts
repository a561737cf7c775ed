import type { SeededRandom } from '../seeded-random.js';

/** Somebody who follows: one device of a person. */
export interface FollowerSpec {
  readonly name: string;
  readonly tenant: string;
  readonly user: string;
  /** Role sets that its tokens take turns with, one for each connection: rights that come and go. */
  readonly roleSets: readonly (readonly string[])[];
  readonly topics: readonly string[];
  /** `slow` stops reading now and then; `restless` leaves and comes back all the time. */
  readonly temper: 'calm' | 'slow' | 'restless';
}

/** People, roles and topics have the same names in every tenant, so that a forgotten tenant shows. */
const USERS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6'] as const;
const ROLES = ['r0', 'r1', 'r2'] as const;
const TOPICS = ['job:1', 'job:2', 'job:3', 'doc:invoice:1', 'doc:invoice:2', 'doc:order:1'] as const;

type Kind = Omit<FollowerSpec, 'name' | 'tenant'>;
const KINDS: readonly Kind[] = [
  { user: 'u0', roleSets: [['r0']], topics: [], temper: 'calm' },
  { user: 'u0', roleSets: [['r0']], topics: ['job:1'], temper: 'restless' },
  { user: 'u1', roleSets: [['r0', 'r1']], topics: ['job:*', 'job:2'], temper: 'calm' },
  { user: 'u2', roleSets: [[]], topics: ['doc:**', 'doc:invoice:1'], temper: 'restless' },
  { user: 'u3', roleSets: [['r2']], topics: ['job:3', 'doc:*:1'], temper: 'slow' },
  { user: 'u4', roleSets: [['r1'], [], ['r1', 'r2']], topics: ['job:1'], temper: 'restless' },
  { user: 'u5', roleSets: [[]], topics: [], temper: 'calm' },
  { user: 'u6', roleSets: [['r0', 'r1', 'r2']], topics: ['job:**', 'doc:**'], temper: 'calm' },
];

/** Names of the first tenants. */
export function tenantNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}

/** Everybody who follows in these tenants. */
export function followersOf(tenants: readonly string[], perTenant = KINDS.length): readonly FollowerSpec[] {
  return tenants.flatMap((tenant) =>
    Array.from({ length: perTenant }, (_, index) => {
      const kind = KINDS[index % KINDS.length]!;
      return { ...kind, tenant, name: `${tenant}-${index}-${kind.user}-${kind.temper}` };
    }),
  );
}

/** Somebody to send to. */
export function randomAudience(random: SeededRandom): {
  readonly audience: string;
  readonly recipients?: readonly string[];
} {
  const dice = random.next();
  if (dice < 0.15) return { audience: 'tenant' };
  if (dice < 0.45) return { audience: `user:${random.pick(USERS)}` };
  if (dice < 0.6) return { audience: `role:${random.pick(ROLES)}` };
  if (dice < 0.85) return { audience: `topic:${random.pick(TOPICS)}` };
  return { audience: 'users', recipients: random.shuffle(USERS).slice(0, random.whole(1, 4)) };
}
