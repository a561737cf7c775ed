import { readFileSync } from 'node:fs';
import { definitionShape, type Definition } from '../engine/definition/definition.js';

const CODES = ['leave', 'overtime', 'business-trip', 'purchase-order', 'expense-claim', 'contract'] as const;

/**
 * Ready-made ERP processes by code, to publish as they are or to adapt.
 *
 * - `leave`: the manager; from 3 days the department's leader too; from 7 days HR too.
 * - `overtime`: the manager; HR gets a copy.
 * - `business-trip`: the manager; finance too when there is a budget.
 * - `purchase-order`: the manager; from 10,000 two of finance too; from 100,000 the department's leader before them.
 * - `expense-claim`: the manager; from 5,000 the department's leader; one of finance; then finance pays.
 * - `contract`: the manager; legal and finance at the same time; from 500,000 half of the board; legal gets a copy.
 */
export const READY_MADE_PROCESSES = Object.fromEntries(CODES.map((code) => [code, load(code)])) as Readonly<
  Record<(typeof CODES)[number], Definition>
>;

function load(code: string): Definition {
  const json = readFileSync(new URL(`./${code}.json`, import.meta.url), 'utf8');
  return definitionShape.parse(JSON.parse(json));
}
