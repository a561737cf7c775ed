import { describe, expect, it } from '@jest/globals';
import { contract } from '../../processes/index.js';
import { graphOf, ProcessCase, smallCompany } from '../../testing/index.js';
import { diagramOf, EMPTY_DIRECTORY, simulate } from '../index.js';

const form = { partner: 'Bolts Ltd', amount: 20_000 };

function drawn(made: ProcessCase): { states: string[]; way: string[] } {
  const { nodes, edges } = diagramOf(made.graph, made.state);
  return {
    states: nodes.map((node) => `${node.id} ${node.state}`),
    way: edges.filter((edge) => edge.taken).map((edge) => `${edge.from}>${edge.to}`),
  };
}

describe('a diagram', () => {
  it('places every node right of the nodes that lead to it, and branches side by side', () => {
    const { nodes, edges } = diagramOf(graphOf(contract));
    const place = new Map(nodes.map((node) => [node.id, node]));
    for (const edge of edges) expect(place.get(edge.to)?.layer).toBeGreaterThan(place.get(edge.from)?.layer ?? 0);
    expect([place.get('legal')?.layer, place.get('legal')?.lane]).toEqual([3, 0]);
    expect([place.get('finance')?.layer, place.get('finance')?.lane]).toEqual([3, 1]);
    expect(new Set(nodes.map((node) => `${node.layer}/${node.lane}`)).size).toBe(nodes.length);
    expect(nodes.every((node) => node.state === 'idle')).toBe(true);
  });

  it('shows where people work, who they are, and the way taken', () => {
    const made = ProcessCase.started(contract, smallCompany(), 'ada', form).approve('mia', 'lena', 'fin2');
    const { states, way } = drawn(made);
    expect(states).toEqual([
      'start done',
      'manager done',
      'both done',
      'legal done',
      'finance active',
      'agreed waiting',
      'large idle',
      'board idle',
      'filing idle',
      'end idle',
    ]);
    expect(way).toEqual(['start>manager', 'manager>both', 'both>legal', 'both>finance', 'legal>agreed']);
    expect(diagramOf(made.graph, made.state).nodes.find((node) => node.id === 'finance')?.people).toEqual([
      { id: 'fin1', name: 'fin1', status: 'pending' },
      { id: 'fin2', name: 'fin2', status: 'approved' },
      { id: 'fin3', name: 'fin3', status: 'pending' },
    ]);
  });

  it('shows the end reached, the branch not taken, a rejection, and a way undone by a return', () => {
    const done = ProcessCase.started(contract, smallCompany(), 'ada', form).approve(
      'mia',
      'lena',
      'fin1',
      'fin2',
      'fin3',
    );
    expect(drawn(done).states).toEqual(expect.arrayContaining(['end done', 'board idle', 'large done']));
    const refused = ProcessCase.started(contract, smallCompany(), 'ada', form).approve('mia').reject('fin1');
    expect(drawn(refused).states).toEqual(expect.arrayContaining(['finance rejected', 'legal cancelled']));
    const back = ProcessCase.started(contract, smallCompany(), 'ada', form).approve('mia').reject('lena');
    expect(back.state.status).toBe('returned');
    expect(drawn(back)).toMatchObject({ way: [] });
    expect(drawn(back).states).toEqual(expect.arrayContaining(['manager idle', 'legal rejected']));
  });

  it('shows the node at which nobody could be found', () => {
    const company = smallCompany().person('root', { active: false }).person('lena', { active: false });
    const made = ProcessCase.started(contract, company, 'ada', form).approve('mia');
    expect(made.state.status).toBe('suspended');
    expect(drawn(made).states).toContain('legal blocked');
  });
});

describe('a simulation', () => {
  it('tells the way, the people and the quorum of a form, and stores nothing', () => {
    const company = smallCompany();
    const input = { instanceId: 'i', tenantId: 'acme', applicantId: 'ada', form: { ...form, amount: 700_000 } };
    let directory = EMPTY_DIRECTORY;
    for (;;) {
      const plan = simulate(graphOf(contract), input, { now: '2026-01-05T08:00:00.000Z', directory });
      if (plan.kind !== 'needs') {
        if (plan.kind !== 'path') throw new Error(plan.refusal.message);
        expect(plan.status).toBe('approved');
        expect(
          plan.steps.map((step) => [step.nodeId, step.people.map((person) => person.id).join(' '), step.required]),
        ).toEqual([
          ['start', '', null],
          ['manager', 'mia', null],
          ['both', '', null],
          ['legal', 'lena', null],
          ['finance', 'fin1 fin2 fin3', null],
          ['agreed', '', null],
          ['large', '', null],
          ['board', 'leo zoe', 1],
          ['filing', '', null],
          ['end', '', null],
        ]);
        return;
      }
      directory = company.answer(directory, plan.questions);
    }
  });

  it('refuses a form that could not be submitted', () => {
    const input = { instanceId: 'i', tenantId: 'acme', applicantId: 'ada', form: { partner: 'Bolts Ltd' } };
    const plan = simulate(graphOf(contract), input, { now: '2026-01-05T08:00:00.000Z', directory: EMPTY_DIRECTORY });
    expect(plan).toMatchObject({ kind: 'refused', refusal: { code: 'invalid_form', errors: [{ path: 'amount' }] } });
  });
});
