import { describe, expect, it } from '@jest/globals';
import { formSchemaShape } from './form-schema.js';
import { validateForm } from './validate-form.js';

const schema = formSchemaShape.parse({
  type: 'object',
  required: ['title', 'amount'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 2, maxLength: 10 },
    amount: { type: 'number', minimum: 0, maximum: 100 },
    pieces: { type: 'integer' },
    size: { type: 'string', enum: ['s', 'm'] },
    day: { type: 'string', format: 'date' },
    at: { type: 'string', format: 'date-time' },
    done: { type: 'boolean' },
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
    },
  },
});
const valid = { title: 'Bolts', amount: 5 };
const paths = (form: Record<string, unknown>): string[] => validateForm(schema, form).map((fault) => fault.path);

describe('Form', () => {
  it('is accepted when it fits its schema', () => {
    const full = {
      ...valid,
      pieces: 3,
      size: 'm',
      day: '2026-02-28',
      at: '2026-02-28T08:00:00Z',
      done: true,
      lines: [{ item: 'a' }],
    };
    expect(paths(full)).toEqual([]);
    expect(paths({ ...valid, size: null })).toEqual([]);
  });

  it('gets all its faults at once', () => {
    expect(paths({ title: '', colour: 'red', lines: [{}, { item: 7 }] })).toEqual([
      'title',
      'amount',
      'colour',
      'lines[0].item',
      'lines[1].item',
    ]);
  });

  it.each([
    [{ title: 'x' }, 'title'],
    [{ title: 'x'.repeat(11) }, 'title'],
    [{ title: 7 }, 'title'],
    [{ amount: '5' }, 'amount'],
    [{ amount: -1 }, 'amount'],
    [{ amount: 101 }, 'amount'],
    [{ amount: Number.NaN }, 'amount'],
    [{ pieces: 1.5 }, 'pieces'],
    [{ size: 'xl' }, 'size'],
    [{ day: '2026-02-30' }, 'day'],
    [{ day: '28.02.2026' }, 'day'],
    [{ at: '2026-02-28 08:00' }, 'at'],
    [{ done: 'yes' }, 'done'],
    [{ lines: [] }, 'lines'],
    [{ lines: 'a' }, 'lines'],
    [{ lines: [null] }, 'lines[0]'],
  ])('with %j is refused at %s', (over, path) => {
    expect(paths({ ...valid, ...over })).toEqual([path]);
  });

  it.each([
    ['too long a list', { list: Array.from({ length: 201 }, () => 1) }, 'list'],
    ['too long a text', { text: 'x'.repeat(10_001) }, 'text'],
    ['too deep nesting', { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }, 'a.b.c.d.e.f.g'],
    ['a value that is not JSON', { f: () => 1 }, 'f'],
    [
      'too many values',
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`l${i}`, Array.from({ length: 200 }, () => 1)])),
      '',
    ],
  ])('without a schema is refused with %s', (_, form, path) => {
    expect(validateForm(undefined, form).map((fault) => fault.path)).toEqual([path]);
  });

  it('cannot contain a prototype that its schema does not have', () => {
    expect(paths(JSON.parse('{"title":"Bolts","amount":5,"__proto__":{"x":1}}') as Record<string, unknown>)).toEqual([
      '__proto__',
    ]);
  });
});
