/** A person whom anybody may become in demo mode. */
export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly roles: readonly string[];
  /** Permission strings of api.md §2. */
  readonly permissions: readonly string[];
  /** `id` of the person's manager. */
  readonly managerId: string | null;
}

/** A company of the demo. */
export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly people: readonly DemoPerson[];
}

/** Topics that every demo person may follow, as patterns; other topics have owners who decide. */
export const DEMO_TOPICS: readonly string[] = ['doc:**', 'dashboard:**', 'order:**'];

/** Everything of one's own tenant; `platform:admin` is nobody's in the demo. */
const ADMINISTRATOR = [
  'notification:*',
  'approval:*',
  'sse:*',
  'directory:write',
  'job:write',
  'metrics:read',
] as const;

const EVERYBODY = ['notification:send'] as const;

/** The fixed people of api.md §4: the same six posts in two companies that must never see each other. */
export const DEMO_TENANTS: readonly DemoTenant[] = [
  tenant('acme', 'Acme Machine Works', {
    admin: ['Nadia Holm', 'IT administrator'],
    buyer: ['Tomás Rivera', 'Purchasing agent'],
    manager: ['Grace Lindqvist', 'Head of purchasing'],
    finance: ['Henrik Sato', 'Finance controller'],
    finance2: ['Amara Okafor', 'Accounts payable lead'],
    hr: ['Julia Brandt', 'HR business partner'],
  }),
  tenant('beta', '贝塔物流 Beta Logistics', {
    admin: ['陈晓明', '系统管理员'],
    buyer: ['李婷', '采购专员'],
    manager: ['王建国', '采购经理'],
    finance: ['赵敏', '财务主管'],
    finance2: ['周海燕', '应付会计'],
    hr: ['孙丽华', '人力资源经理'],
  }),
];

type Post = 'admin' | 'buyer' | 'manager' | 'finance' | 'finance2' | 'hr';

function tenant(id: string, name: string, names: Readonly<Record<Post, readonly [string, string]>>): DemoTenant {
  const of = (post: Post) => `${id}.${post}`;
  const person = (post: Post, roles: readonly string[], permissions: readonly string[], manager: Post | null) => ({
    id: of(post),
    name: names[post][0],
    title: names[post][1],
    roles,
    permissions,
    managerId: manager === null ? null : of(manager),
  });
  return {
    id,
    name,
    people: [
      person('admin', ['admin'], ADMINISTRATOR, null),
      person('buyer', ['buyer'], EVERYBODY, 'manager'),
      person('manager', ['manager'], [...EVERYBODY, 'notification:broadcast'], 'admin'),
      person('finance', ['finance'], EVERYBODY, 'admin'),
      person('finance2', ['finance'], EVERYBODY, 'finance'),
      person('hr', ['hr'], [...EVERYBODY, 'notification:broadcast'], 'admin'),
    ],
  };
}
