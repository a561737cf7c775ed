import { describe, expect, it } from '@jest/globals';
import { conditionCompiler, type ConditionScope } from './condition.js';
import { formSchemaShape } from '../form/form-schema.js';

const schema = formSchemaShape.parse({
  type: 'object',
  properties: {
    amount: { type: 'number' },
    days: { type: 'integer' },
    kind: { type: 'string' },
    urgent: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    counts: { type: 'array', items: { type: 'integer' } },
    lines: { type: 'array', items: { type: 'object', properties: { amount: { type: 'number' } } } },
    ship: { type: 'object', properties: { country: { type: 'string' }, boxes: { type: 'integer' } } },
  },
});
const form = {
  amount: 12_000,
  days: 3,
  kind: 'annual',
  urgent: true,
  tags: ['it', 'new'],
  counts: [1, 2],
  lines: [{ amount: 5 }, { amount: 700 }],
  ship: { country: 'FR', boxes: 4 },
};
const scope: ConditionScope = {
  form,
  applicant: { id: 'ada', name: 'Ada', roles: ['buyer'], departmentIds: ['sales'], positionIds: [], groupIds: [] },
  instance: { id: 'i-1', title: 'Bolts', businessType: 'po', businessId: '7', round: 2 },
};

function value(source: string, over: Partial<ConditionScope> = {}): unknown {
  const compiled = conditionCompiler(schema).compile(source);
  return 'fault' in compiled ? compiled.fault : compiled.condition.evaluate({ ...scope, ...over });
}

describe('Condition', () => {
  it.each([
    'form.amount >= 10000',
    'form.amount == 12000 && form.amount != 5',
    'form.amount * 2 + 1 > 24000.5',
    'form.days >= 3 && form.days * 1.5 == 4.5 && form.days - 3 == 0',
    'form.kind in ["annual", "sick"] && form.kind.startsWith("an")',
    'form.urgent',
    '"it" in form.tags && size(form.tags) == 2',
    'form.counts.all(c, c > 0) && 2 in form.counts',
    'form.lines.exists(line, line.amount > 500)',
    'form.lines.filter(line, line.amount > 1.0).size() == 2',
    'form.ship.country == "FR" && form.ship.boxes == 4',
    '"buyer" in applicant.roles && applicant.id == "ada"',
    'instance.round == 2 && instance.businessType == "po"',
  ])('can be %s', (source) => {
    expect(value(source)).toEqual({ value: true });
  });

  it('gives a fault for a missing field, and has() is false for it', () => {
    expect(value('form.amount > 1', { form: {} })).toEqual({ fault: 'No such key: amount' });
    expect(value('has(form.amount) && form.amount > 1', { form: { amount: null } })).toEqual({ value: false });
  });

  it('can read any field when the process has no schema', () => {
    const compiled = conditionCompiler(undefined).compile('form.amount > 100 && form.kind == "a"');
    if ('fault' in compiled) throw new Error(compiled.fault);
    expect(compiled.condition.evaluate({ ...scope, form: { amount: 101, kind: 'a' } })).toEqual({ value: true });
    expect(compiled.condition.evaluate({ ...scope, form: { amount: 'many' } })).toHaveProperty('fault');
  });

  it.each([
    ['a property of the JavaScript object', 'form.constructor == "x"'],
    ['an unknown variable', 'process.exit'],
    ['a regular expression, which may take exponential time', 'form.kind.matches("(a+)+$")'],
    ['a named value', 'cel.bind(a, form.kind + form.kind, a == "x")'],
    ['a new list', 'form.counts.map(c, c + 1) == [2]'],
    ['nested loops', 'form.tags.all(a, form.tags.all(b, a == b))'],
    ['time', 'timestamp("2026-01-01T00:00:00Z") > timestamp("2025-01-01T00:00:00Z")'],
    ['parsed bytes', 'b"{}".json() == {}'],
    ['too many parts', Array.from({ length: 120 }, () => '1').join(' + ') + ' > 0'],
    ['too deep nesting', `${'('.repeat(40)}true${')'.repeat(40)} && ${'!'.repeat(60)}true`],
    ['too long a text', `"${'x'.repeat(1_000)}" == form.kind`],
    ['a value that is not boolean', 'form.amount'],
  ])('cannot use %s', (_, source) => {
    expect(conditionCompiler(schema).compile(source)).toHaveProperty('fault');
  });

  it('can be evaluated on the largest form', () => {
    const largest = { ...form, lines: Array.from({ length: 200 }, () => ({ amount: 1 })), kind: 'x'.repeat(10_000) };
    const loop = 'form.lines.all(l, l.amount < 2 && form.kind.contains("y") == false)';
    expect(value(Array.from({ length: 10 }, () => loop).join(' && '), { form: largest })).toEqual({ value: true });
  });

  it('does not change the form', () => {
    const frozen = Object.freeze({ ...form, lines: Object.freeze([...form.lines]) });
    expect(value('form.lines.filter(l, l.amount > 1.0).size() == 2', { form: frozen })).toEqual({ value: true });
  });
});
