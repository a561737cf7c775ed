import { describe, expect, it } from '@jest/globals';
import type { DefinitionInput } from '../definition/definition.js';
import type { Fault } from '../form/fault.js';
import { parseDefinition } from './parse-definition.js';

/** A purchase order with every kind of step that it needs. */
const documented: DefinitionInput = {
  code: 'purchase-order',
  name: 'Purchase order',
  category: 'procurement',
  formSchema: { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } },
  nodes: [
    { id: 'start', type: 'start' },
    {
      id: 'manager',
      type: 'approve',
      name: 'Manager',
      mode: 'any',
      assignees: [{ type: 'applicant_manager', level: 1 }],
    },
    { id: 'band', type: 'condition' },
    {
      id: 'finance',
      type: 'approve',
      name: 'Finance',
      mode: 'quorum',
      quorum: { count: 2 },
      assignees: [{ type: 'role', role: 'finance' }],
      onReject: 'terminate',
      onEmpty: 'admin',
      selfApproval: 'manager',
      dueHours: 48,
    },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'manager' },
    { from: 'manager', to: 'band' },
    { from: 'band', to: 'finance', when: 'form.amount >= 10000' },
    { from: 'band', to: 'end', default: true },
    { from: 'finance', to: 'end' },
  ],
};

/** The faults after changing values of the documented definition; `undefined` removes a value. */
function faultsWith(changes: Readonly<Record<string, unknown>>): readonly Fault[] {
  const draft = structuredClone(documented) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let at = draft;
    for (const key of keys) at = at[key] as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  const parsed = parseDefinition(draft);
  return 'faults' in parsed ? parsed.faults : [];
}

const paths = (changes: Readonly<Record<string, unknown>>): readonly string[] =>
  faultsWith(changes).map((fault) => fault.path);

describe('Definition', () => {
  it('is accepted as documented, with its defaults', () => {
    const parsed = parseDefinition(documented);
    if (!('definition' in parsed)) throw new Error(JSON.stringify(parsed.faults));
    expect(parsed.definition.nodes[1]).toMatchObject({
      onReject: 'terminate',
      onEmpty: 'admin',
      selfApproval: 'manager',
    });
    expect(parsed.definition.settings).toEqual({
      maxRounds: 5,
      duplicateApprover: 'none',
      withdraw: 'any_time',
      applicantMayCancel: false,
    });
    expect(parsed.graph.order).toEqual(['start', 'manager', 'band', 'finance', 'end']);
  });

  it('gets all its faults at once, each with its path', () => {
    const found = paths({
      'nodes.1.id': 'band',
      'nodes.3.quorum': undefined,
      'nodes.1.assignees.0': { type: 'form_user_field', field: 'boss' },
    });
    expect(found).toEqual([
      'nodes[1].assignees[0].field',
      'nodes[2].id',
      'nodes[3].quorum',
      'edges[0].to',
      'edges[1].from',
    ]);
  });

  it.each([
    ['an unknown field', { owner: 'me' }, ['owner']],
    ['an unknown field of a step', { 'nodes.1.escalate': true }, ['nodes[1].escalate']],
    ['an unknown field of an assignee', { 'nodes.3.assignees.0.level': 2 }, ['nodes[3].assignees[0].level']],
    ['an unknown field of an edge', { 'edges.2.if': 'x' }, ['edges[2].if']],
    [
      'an unknown keyword of the form',
      { 'formSchema.properties.amount.pattern': '(a+)+$' },
      ['formSchema.properties.amount.pattern'],
    ],
    ['an unknown step type', { 'nodes.1.type': 'vote' }, ['nodes[1].type']],
    ['a mode that does not exist', { 'nodes.1.mode': 'most' }, ['nodes[1].mode']],
    ['no assignees', { 'nodes.1.assignees': [] }, ['nodes[1].assignees']],
    ['a quorum of 0', { 'nodes.3.quorum': { count: 0 } }, ['nodes[3].quorum.count']],
    ['a quorum without its mode', { 'nodes.3.mode': 'all' }, ['nodes[3].quorum']],
    ['due hours of 0', { 'nodes.3.dueHours': 0 }, ['nodes[3].dueHours']],
    ['a code with spaces', { code: 'Purchase Order' }, ['code']],
    [
      'the id of a step that is no identifier',
      { 'nodes.4.id': 'the end', 'edges.3.to': 'the end', 'edges.4.to': 'the end' },
      ['nodes[4].id', 'edges[3].to', 'edges[4].to'],
    ],
    [
      'a required field that the form does not have',
      { 'formSchema.required': ['amount', 'supplier'] },
      ['formSchema.required[1]'],
    ],
    [
      'editable fields that the form does not have',
      { 'nodes.1.editableFields': ['price'] },
      ['nodes[1].editableFields[0]'],
    ],
    ['onEmpty assign without people', { 'nodes.1.onEmpty': 'assign' }, ['nodes[1].onEmptyAssignees']],
    [
      'people for another onEmpty',
      { 'nodes.1.onEmptyAssignees': [{ type: 'role', role: 'hr' }] },
      ['nodes[1].onEmptyAssignees'],
    ],
    ['the applicant as the approver', { 'nodes.1.assignees': [{ type: 'applicant' }] }, ['nodes[1].assignees[0]']],
    [
      'a pick by an approver who does not exist',
      { 'nodes.1.assignees': [{ type: 'prev_approver_pick' }] },
      ['nodes[1].assignees[0]'],
    ],
    ['a second start', { 'nodes.4.type': 'start' }, ['nodes[4]', 'nodes', 'edges[3].to', 'edges[4].to', 'nodes[4]']],
    ['an edge to nowhere', { 'edges.4.to': 'nowhere' }, ['edges[4].to']],
    ['the same edge twice', { 'edges.5': { from: 'finance', to: 'end' } }, ['edges[5]']],
    ['no default edge', { 'edges.3': { from: 'band', to: 'end', when: 'form.amount < 10000' } }, ['nodes[2]']],
    ['two default edges', { 'edges.2': { from: 'band', to: 'finance', default: true } }, ['nodes[2]']],
    ['a condition on the default edge', { 'edges.3.when': 'true' }, ['edges[3].when']],
    ['a condition on an edge out of another step', { 'edges.0.when': 'true' }, ['edges[0].when']],
    ['an edge out of a condition without when', { 'edges.2.when': undefined }, ['edges[2].when']],
    ['two edges out of an approve step', { 'edges.5': { from: 'manager', to: 'end' } }, ['nodes[1]']],
    ['a dead end', { 'edges.4': { from: 'manager', to: 'finance' } }, ['nodes[1]', 'nodes[3]', 'nodes[3]']],
    ['an unreachable step', { 'edges.1.to': 'end' }, ['nodes[2]', 'nodes[3]']],
    ['a cycle without a loop edge', { 'edges.4.to': 'manager' }, ['edges[1]', 'edges[2]', 'edges[4]']],
    ['loop on a forward edge', { 'edges.2.loop': true }, ['edges[2].loop']],
    [
      'a field in a condition that the form does not have',
      { 'edges.2.when': 'form.amout >= 10000' },
      ['edges[2].when'],
    ],
    ['a comparison of text with a number', { 'edges.2.when': 'instance.title > 3' }, ['edges[2].when']],
    ['a condition that is not boolean', { 'edges.2.when': 'form.amount' }, ['edges[2].when']],
    ['a condition that does not parse', { 'edges.2.when': 'form.amount >=' }, ['edges[2].when']],
    ['a regular expression in a condition', { 'edges.2.when': 'instance.title.matches("(a+)+$")' }, ['edges[2].when']],
  ])('with %s is refused at that path', (_, changes, expected) => {
    expect(paths(changes)).toEqual(expected);
  });

  it.each([
    ['delay', { id: 'manager', type: 'delay', delayHours: 4 }],
    ['service', { id: 'manager', type: 'service', service: 'post-invoice' }],
  ])('with a %s step is refused, because such steps are not supported yet', (type, step) => {
    expect(faultsWith({ 'nodes.1': step })).toEqual([
      { path: 'nodes[1].type', message: `Steps of type ${type} are not supported yet. Leave the step out.` },
    ]);
  });

  it('can have a loop edge only where the loop contains a task step', () => {
    const back = { from: 'band', to: 'manager', when: 'form.amount > 5', loop: true };
    expect(paths({ 'edges.5': back })).toEqual([]);
    expect(paths({ 'edges.5': { ...back, loop: undefined } })).toEqual(['edges[1]', 'edges[5]']);
    const automatic = {
      'nodes.1': { id: 'manager', type: 'cc', assignees: [{ type: 'role', role: 'hr' }] },
      'edges.5': back,
    };
    expect(paths(automatic)).toEqual(['edges[5].loop']);
  });

  it.each([
    null,
    7,
    'x',
    [],
    {},
    { nodes: null },
    { nodes: [null], edges: [[]] },
    JSON.parse('{"__proto__": {"nodes": []}}'),
  ])('that is %j is refused without an exception', (input) => {
    expect('faults' in parseDefinition(input)).toBe(true);
  });

  it('gets at most 100 faults', () => {
    const nodes = Array.from({ length: 100 }, (_, i) => ({ id: `n${i}`, type: 'approve', assignees: [], surplus: 1 }));
    const parsed = parseDefinition({ code: 'x', name: 'X', nodes, edges: [] });
    expect('faults' in parsed && parsed.faults).toHaveLength(100);
  });
});
