import { describe, expect, it } from '@jest/globals';
import { isIdentifier } from '@nest-herald/platform';
import { DEMO_TENANTS } from './fixed-people.js';
import { DEMO_COMPANIES, findDemoEmployee, personOf } from './demo-company.js';
import { pastLeave, pastOrders } from './past-documents.js';
import { seededRandom } from './seeded-random.js';

describe('Demo companies', () => {
  it.each(DEMO_COMPANIES.map((company) => [company.tenantId, company] as const))(
    '%s has about 120 people that a directory accepts',
    (tenantId, company) => {
      const ids = company.employees.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !isIdentifier(id) || !id.startsWith(`${tenantId}.`))).toEqual([]);
      expect(ids.length).toBeGreaterThan(100);
      expect(ids.length).toBeLessThan(140);
      const departments = new Set(company.departments.map(({ id }) => id));
      for (const { departmentIds, managerId } of company.employees) {
        expect(departmentIds.filter((id) => !departments.has(id))).toEqual([]);
        expect(managerId === null || ids.includes(managerId)).toBe(true);
      }
      expect(company.departments.filter(({ leaderId }) => !ids.includes(leaderId ?? ''))).toEqual([]);
    },
  );

  it.each(DEMO_COMPANIES.map((company) => [company.tenantId, company] as const))(
    '%s has no cycle among its managers',
    (_, company) => {
      const managerOf = new Map(company.employees.map(({ id, managerId }) => [id, managerId]));
      for (const { id } of company.employees) {
        const chain: string[] = [];
        for (let at: string | null = id; at !== null; at = managerOf.get(at) ?? null) {
          expect(chain).not.toContain(at);
          chain.push(at);
        }
      }
    },
  );

  it('have the people that the ready-made processes need: finance, HR, legal, a board', () => {
    for (const { employees } of DEMO_COMPANIES) {
      const countOf = (role: string) => employees.filter(({ roles }) => roles.includes(role)).length;
      expect([countOf('finance'), countOf('hr') > 0, countOf('legal') > 0]).toEqual([3, true, true]);
      expect(employees.filter(({ groupIds }) => groupIds.includes('board'))).toHaveLength(4);
    }
  });

  it('list the fixed people first, with everything that a sign-in needs', () => {
    for (const tenant of DEMO_TENANTS) {
      const company = DEMO_COMPANIES.find(({ tenantId }) => tenantId === tenant.id);
      for (const [index, person] of tenant.people.entries())
        expect(company?.employees[index]).toMatchObject({ ...person });
    }
    expect(findDemoEmployee('acme.buyer')?.company.tenantId).toBe('acme');
    expect(findDemoEmployee('acme.unknown')).toBeNull();
  });

  it('have Chinese and other names in both companies', () => {
    for (const { employees } of DEMO_COMPANIES) {
      const chinese = employees.filter(({ name }) => /^\p{Script=Han}+$/u.test(name)).length;
      expect(chinese).toBeGreaterThan(10);
      expect(employees.length - chinese).toBeGreaterThan(5);
    }
  });

  it('are the same at every start, including their past documents', () => {
    const now = new Date('2026-11-21T08:00:00Z');
    for (const company of DEMO_COMPANIES) {
      expect(pastOrders(company, now)).toEqual(pastOrders(company, now));
      const [orders, leave] = [pastOrders(company, now), pastLeave(company, now)];
      expect(orders.length + leave.length).toBeGreaterThan(300);
      for (const { amount, lines } of orders)
        expect(amount).toBeCloseTo(
          lines.reduce((sum, line) => sum + line.amount, 0),
          2,
        );
      for (const { from, to, days, createdAt, decidedAt } of leave) {
        expect(Date.parse(to) - Date.parse(from)).toBe((days - 1) * 86_400_000);
        expect((decidedAt?.getTime() ?? 0) > (createdAt?.getTime() ?? 0) && (decidedAt ?? now) <= now).toBe(true);
      }
    }
    expect(personOf(DEMO_COMPANIES[0]?.employees[0] as never)).toMatchObject({ id: 'acme.admin', active: true });
  });
});

describe('Seeded random numbers', () => {
  it('are spread evenly, and the same for the same seed', () => {
    const [one, other] = [seededRandom(7), seededRandom(7)];
    const drawn = Array.from({ length: 6_000 }, () => one.between(1, 6));
    expect(Array.from({ length: 6_000 }, () => other.between(1, 6))).toEqual(drawn);
    for (let expected = 1; expected <= 6; expected++) {
      const share = drawn.filter((value) => value === expected).length;
      expect(share).toBeGreaterThan(850);
      expect(share).toBeLessThan(1_150);
    }
    expect(() => one.pick([])).toThrow(TypeError);
  });
});
