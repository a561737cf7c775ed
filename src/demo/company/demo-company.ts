import type { DepartmentInput, PersonInput } from '@nest-herald/directory';
import { DEMO_TENANTS, type DemoPerson, type DemoTenant } from './fixed-people.js';
import { DEPARTMENTS, type DepartmentPlan } from './departments.js';
import { newName } from './names.js';
import { seededRandom, type SeededRandom } from './seeded-random.js';

/** Somebody who works at a demo company: whom one may sign in as, and what the directory knows. */
export interface DemoEmployee extends DemoPerson {
  readonly departmentIds: readonly string[];
  readonly positionIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly email: string;
}

/** A company with everybody in it. */
export interface DemoCompany {
  readonly tenantId: string;
  readonly name: string;
  /** The language that its notices are mostly written in. */
  readonly language: 'en' | 'zh';
  readonly departments: readonly (DepartmentInput & { readonly id: string })[];
  readonly employees: readonly DemoEmployee[];
}

/** The directory knows both companies under this seed; another one would be other people. */
const SEED = 20_261_121;

/** Everybody may send; who leads a department may address groups. */
const PERMISSIONS = ['notification:send'] as const;
const LEADER_PERMISSIONS = ['notification:send', 'notification:broadcast'] as const;

/** Where the fixed people of the sign-in work. */
const POSTS: Readonly<Record<string, { readonly department: string; readonly position: string }>> = {
  admin: { department: 'it', position: 'head-of-it' },
  buyer: { department: 'purchasing', position: 'buyer' },
  manager: { department: 'purchasing', position: 'head-of-purchasing' },
  finance: { department: 'finance', position: 'head-of-finance' },
  finance2: { department: 'finance', position: 'accountant' },
  hr: { department: 'hr', position: 'head-of-hr' },
};

/** Both companies, the fixed people of `DEMO_TENANTS` among their employees; the same at every start. */
export const DEMO_COMPANIES: readonly DemoCompany[] = DEMO_TENANTS.map((tenant, index) =>
  company(tenant, seededRandom(SEED + index)),
);

/** @returns null for an id that is nobody's. */
export function findDemoEmployee(
  id: string,
): { readonly company: DemoCompany; readonly employee: DemoEmployee } | null {
  for (const each of DEMO_COMPANIES) {
    const employee = each.employees.find((candidate) => candidate.id === id);
    if (employee) return { company: each, employee };
  }
  return null;
}

/** What the directory keeps of an employee. */
export function personOf(employee: DemoEmployee): PersonInput & { readonly id: string } {
  const { id, name, email, roles, departmentIds, positionIds, groupIds, managerId } = employee;
  return {
    id,
    name,
    email,
    roles: [...roles],
    departmentIds: [...departmentIds],
    positionIds: [...positionIds],
    groupIds: [...groupIds],
    managerId,
    active: true,
  };
}

function company(tenant: DemoTenant, random: SeededRandom): DemoCompany {
  const language = tenant.id === 'beta' ? 'zh' : 'en';
  const taken = new Set<string>();
  const hire = (
    plan: DepartmentPlan,
    facts: Pick<DemoEmployee, 'roles' | 'positionIds' | 'managerId'> & { readonly title: string },
  ): DemoEmployee => {
    const { name, slug } = newName(random, language === 'zh' ? 0.9 : 0.25, taken);
    return {
      id: `${tenant.id}.${slug}`,
      name,
      email: `${slug}@${tenant.id}.example`,
      permissions: facts.positionIds.includes(headOf(plan)) ? LEADER_PERMISSIONS : PERMISSIONS,
      departmentIds: [plan.id],
      groupIds: [],
      ...facts,
    };
  };

  const leaders = new Map<string, string>();
  const employees: DemoEmployee[] = [];
  for (const plan of DEPARTMENTS) {
    const leaderId =
      plan.leader === undefined
        ? appointLeader(plan)
        : tenant.people.find(({ id }) => id.endsWith(`.${plan.leader}`))?.id;
    if (leaderId === undefined) throw new TypeError(`Nobody leads ${plan.id}.`);
    leaders.set(plan.id, leaderId);
    for (let count = 0; count < plan.size; count++) {
      const job = random.pick(plan.jobs);
      const role = count === 0 ? (plan.firstRole ?? plan.role) : plan.role;
      employees.push(
        hire(plan, { title: job[language], roles: [role], positionIds: [slugOf(job.en)], managerId: leaderId }),
      );
    }
  }
  const fixed = tenant.people.map((person) => employeeOf(tenant.id, person));
  return {
    tenantId: tenant.id,
    name: tenant.name,
    language,
    departments: DEPARTMENTS.map((plan) => ({
      id: plan.id,
      name: plan[language],
      parentId: plan.parentId,
      leaderId: leaders.get(plan.id) ?? null,
    })),
    employees: [...fixed, ...employees].map((employee) => withGroups(employee, leaders)),
  };

  function appointLeader(plan: DepartmentPlan): string {
    const isHeadOffice = plan.parentId === null;
    const title = isHeadOffice
      ? { en: 'Chief executive', zh: '总经理' }[language]
      : { en: `Head of ${plan.en.toLowerCase()}`, zh: `${plan.zh}经理` }[language];
    const leader = hire(plan, {
      title,
      roles: [...new Set([plan.role, 'manager'])],
      positionIds: isHeadOffice ? ['ceo', headOf(plan)] : [headOf(plan)],
      managerId: plan.parentId === null ? null : (leaders.get(plan.parentId) ?? null),
    });
    employees.push(leader);
    return leader.id;
  }
}

function employeeOf(tenantId: string, person: DemoPerson): DemoEmployee {
  const post = person.id.slice(tenantId.length + 1);
  const { department, position } = POSTS[post] ?? { department: 'head-office', position: 'staff' };
  return {
    ...person,
    email: `${post}@${tenantId}.example`,
    departmentIds: [department],
    positionIds: [position],
    groupIds: [],
  };
}

/** The board is the chief executive and those who lead purchasing, finance and operations: who decides large contracts. */
function withGroups(employee: DemoEmployee, leaders: ReadonlyMap<string, string>): DemoEmployee {
  const board = ['head-office', 'purchasing', 'finance', 'operations'].some(
    (department) => leaders.get(department) === employee.id,
  );
  const safety = employee.departmentIds.some((id) => ['production', 'maintenance', 'logistics'].includes(id));
  return { ...employee, groupIds: [...(board ? ['board'] : []), ...(safety ? ['works-safety'] : [])] };
}

function headOf(plan: DepartmentPlan): string {
  return `head-of-${plan.id}`;
}

function slugOf(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}
