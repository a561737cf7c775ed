import { expect, test } from '@jest/globals';
import { conditionText } from './condition-text.js';

const titleOf = (field: string): string => field.toUpperCase();
const number = (value: number): string => value.toLocaleString('en-GB');

test.each([
  ['form.amount >= 10000', 'AMOUNT ≥ 10,000'],
  [' form.days<3 ', 'DAYS < 3'],
  ['form.kind == "sick"', 'KIND = sick'],
  ["form.kind != 'sick'", 'KIND ≠ sick'],
  ['form.urgent == true', 'URGENT = true'],
  ['form.amount > -1.5', 'AMOUNT > -1.5'],
])('conditionText makes %s readable', (when, text) => {
  expect(conditionText(when, titleOf, number)).toBe(text);
});

test.each(['form.a > 1 && form.b < 2', 'size(form.lines) > 3', 'applicant.id == "x"', 'form.a == "x" || true'])(
  'conditionText leaves %s unchanged',
  (when) => {
    expect(conditionText(when, titleOf, number)).toBe(when);
  },
);
