import type { DepartmentInput, PersonInput } from '@nest-herald/directory';
import type { DemoLanguage } from '../data/demo-data.js';
import { DEPARTMENTS, type DepartmentPlan } from './departments.js';
import { DEMO_TENANTS, type DemoPerson, type DemoTenant, FIXED_POSTS } from './fixed-people.js';
import { newName } from './names.js';
import { seededRandom, type SeededRandom } from './seeded-random.js';

/** An employee of a demo company: what a sign-in and the directory need. */
export interface DemoEmployee extends DemoPerson {
  readonly departmentIds: readonly string[];
  readonly positionIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly email: string;
}

/** A company with all its employees. */
export interface DemoCompany {
  readonly tenantId: string;
  readonly name: string;
  /** The language that its notices are mostly written in. */
  readonly language: DemoLanguage;
  readonly departments: readonly (DepartmentInput & { readonly id: string })[];
  readonly employees: readonly DemoEmployee[];
}

/** Another seed makes other people, who are missing from databases that are already loaded. */
const SEED = 20_261_121;

/** Every employee may send; leaders of departments may address groups. */
const PERMISSIONS = ['notification:send'] as const;
const LEADER_PERMISSIONS = ['notification:send', 'notification:broadcast'] as const;

/** Both companies with all employees, the fixed people of `DEMO_TENANTS` first; the same at every start. */
export const DEMO_COMPANIES: readonly DemoCompany[] = DEMO_TENANTS.map((tenant, index) =>
  companyOf(tenant, seededRandom(SEED + index)),
);

/** @returns null when no employee has this id. */
export function findDemoEmployee(
  id: string,
): { readonly company: DemoCompany; readonly employee: DemoEmployee } | null {
  for (const company of DEMO_COMPANIES) {
    const employee = company.employees.find((candidate) => candidate.id === id);
    if (employee) return { company, employee };
  }
  return null;
}

/** An employee as the directory stores it. */
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

function companyOf(tenant: DemoTenant, random: SeededRandom): DemoCompany {
  const { language } = tenant;
  const taken = new Set<string>();
  const newEmployee = (
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
      plan.leader === undefined ? newLeader(plan) : tenant.people.find(({ id }) => id.endsWith(`.${plan.leader}`))?.id;
    if (leaderId === undefined) throw new TypeError(`The department ${plan.id} has no leader.`);
    leaders.set(plan.id, leaderId);
    for (let count = 0; count < plan.size; count++) {
      const job = random.pick(plan.jobs);
      const role = count === 0 ? (plan.firstRole ?? plan.role) : plan.role;
      employees.push(
        newEmployee(plan, { title: job[language], roles: [role], positionIds: [slugOf(job.en)], managerId: leaderId }),
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
      name: plan.name[language],
      parentId: plan.parentId,
      leaderId: leaders.get(plan.id) ?? null,
    })),
    employees: [...fixed, ...employees].map((employee) => withGroups(employee, leaders)),
  };

  function newLeader(plan: DepartmentPlan): string {
    const isHeadOffice = plan.parentId === null;
    const title = isHeadOffice
      ? { en: 'Chief executive', zh: '总经理' }[language]
      : { en: `Head of ${plan.name.en.toLowerCase()}`, zh: `${plan.name.zh}经理` }[language];
    const leader = newEmployee(plan, {
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
  const { department, position } = FIXED_POSTS.get(post) ?? { department: 'head-office', position: 'staff' };
  return {
    ...person,
    email: `${post}@${tenantId}.example`,
    departmentIds: [department],
    positionIds: [position],
    groupIds: [],
  };
}

/** The board decides large contracts: the chief executive and the heads of purchasing, finance and operations. */
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
