import type { SeededRandom } from '../seeded-random.js';

/** A follower: one device of a user. */
export interface FollowerSpec {
  readonly name: string;
  readonly tenant: string;
  readonly user: string;
  /** The role sets of its tokens, used in turn by its connections: rights that change. */
  readonly roleSets: readonly (readonly string[])[];
  readonly topics: readonly string[];
  /** `slow` pauses reading repeatedly; `restless` reconnects all the time. */
  readonly behaviour: 'calm' | 'slow' | 'restless';
}

/** Users, roles and topics have the same names in every tenant, so that a missing tenant check shows. */
const USERS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6'] as const;
const ROLES = ['r0', 'r1', 'r2'] as const;
const TOPICS = ['job:1', 'job:2', 'job:3', 'doc:invoice:1', 'doc:invoice:2', 'doc:order:1'] as const;

type FollowerKind = Omit<FollowerSpec, 'name' | 'tenant'>;
const KINDS: readonly FollowerKind[] = [
  { user: 'u0', roleSets: [['r0']], topics: [], behaviour: 'calm' },
  { user: 'u0', roleSets: [['r0']], topics: ['job:1'], behaviour: 'restless' },
  { user: 'u1', roleSets: [['r0', 'r1']], topics: ['job:*', 'job:2'], behaviour: 'calm' },
  { user: 'u2', roleSets: [[]], topics: ['doc:**', 'doc:invoice:1'], behaviour: 'restless' },
  { user: 'u3', roleSets: [['r2']], topics: ['job:3', 'doc:*:1'], behaviour: 'slow' },
  { user: 'u4', roleSets: [['r1'], [], ['r1', 'r2']], topics: ['job:1'], behaviour: 'restless' },
  { user: 'u5', roleSets: [[]], topics: [], behaviour: 'calm' },
  { user: 'u6', roleSets: [['r0', 'r1', 'r2']], topics: ['job:**', 'doc:**'], behaviour: 'calm' },
];

/** Names of the first tenants. */
export function tenantNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}

/** The followers of these tenants. */
export function followersOf(tenants: readonly string[], perTenant = KINDS.length): readonly FollowerSpec[] {
  return tenants.flatMap((tenant) =>
    Array.from({ length: perTenant }, (_, index) => {
      const kind = KINDS[index % KINDS.length]!;
      return { ...kind, tenant, name: `${tenant}-${index}-${kind.user}-${kind.behaviour}` };
    }),
  );
}

/** A random audience. */
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
