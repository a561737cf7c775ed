import { describe, expect, it } from '@jest/globals';
import { READY_MADE_PROCESSES } from '../../processes/index.js';
import { graphOf, MemoryInstance, sampleDirectory } from '../../testing/index.js';
import { diagramOf } from './diagram.js';

const { contract } = READY_MADE_PROCESSES;
const form = { partner: 'Bolts Ltd', amount: 20_000 };

function drawn(instance: MemoryInstance): { states: string[]; taken: string[] } {
  const { nodes, edges } = diagramOf(instance.graph, instance.state);
  return {
    states: nodes.map((step) => `${step.id} ${step.state}`),
    taken: edges.filter((edge) => edge.taken).map((edge) => `${edge.from}>${edge.to}`),
  };
}

describe('Diagram', () => {
  it('places every step after the steps that lead to it, and branches side by side', () => {
    const { nodes, edges } = diagramOf(graphOf(contract));
    const stepOf = new Map(nodes.map((step) => [step.id, step]));
    for (const edge of edges) expect(stepOf.get(edge.to)?.layer).toBeGreaterThan(stepOf.get(edge.from)?.layer ?? 0);
    expect([stepOf.get('legal')?.layer, stepOf.get('legal')?.lane]).toEqual([3, 0]);
    expect([stepOf.get('finance')?.layer, stepOf.get('finance')?.lane]).toEqual([3, 1]);
    expect(new Set(nodes.map((step) => `${step.layer}/${step.lane}`)).size).toBe(nodes.length);
    expect(nodes.every((step) => step.state === 'idle')).toBe(true);
  });

  it('shows the active steps, their people and the edges taken', () => {
    const instance = MemoryInstance.started(contract, sampleDirectory(), 'ada', form).approve('mia', 'lena', 'fin2');
    const { states, taken } = drawn(instance);
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
    expect(taken).toEqual(['start>manager', 'manager>both', 'both>legal', 'both>finance', 'legal>agreed']);
    expect(diagramOf(instance.graph, instance.state).nodes.find((step) => step.id === 'finance')?.people).toEqual([
      { id: 'fin1', name: 'fin1', status: 'pending' },
      { id: 'fin2', name: 'fin2', status: 'approved' },
      { id: 'fin3', name: 'fin3', status: 'pending' },
    ]);
  });

  it('shows a finished, a rejected and a returned instance', () => {
    const done = MemoryInstance.started(contract, sampleDirectory(), 'ada', form).approve(
      'mia',
      'lena',
      'fin1',
      'fin2',
      'fin3',
    );
    expect(drawn(done).states).toEqual(expect.arrayContaining(['end done', 'board idle', 'large done']));
    const refused = MemoryInstance.started(contract, sampleDirectory(), 'ada', form).approve('mia').reject('fin1');
    expect(drawn(refused).states).toEqual(expect.arrayContaining(['finance rejected', 'legal cancelled']));
    const back = MemoryInstance.started(contract, sampleDirectory(), 'ada', form).approve('mia').reject('lena');
    expect(back.state.status).toBe('returned');
    expect(drawn(back)).toMatchObject({ taken: [] });
    expect(drawn(back).states).toEqual(expect.arrayContaining(['manager idle', 'legal rejected']));
  });

  it('shows a step without people as blocked', () => {
    const directory = sampleDirectory().person('root', { active: false }).person('lena', { active: false });
    const instance = MemoryInstance.started(contract, directory, 'ada', form).approve('mia');
    expect(instance.state.status).toBe('suspended');
    expect(drawn(instance).states).toContain('legal blocked');
  });
});
