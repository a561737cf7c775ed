import { describe, expect, test } from '@jest/globals';
import type { Diagram, DiagramEdge, DiagramNode } from '../api/approval.js';
import { layoutGraph } from './graph-layout.js';
import type { GraphLayout, PlacedNode } from './graph-layout.js';

const node = (id: string, layer: number, lane = 0, type: DiagramNode['type'] = 'approve'): DiagramNode => ({
  id,
  type,
  name: id,
  layer,
  lane,
  state: 'idle',
  visits: 0,
  people: [],
});
const edge = (from: string, to: string, more: Partial<DiagramEdge> = {}): DiagramEdge => ({
  from,
  to,
  when: null,
  default: false,
  loop: false,
  taken: false,
  ...more,
});
/** By amount: to the department and finance, to finance, or straight to the end. */
const ORDER: Diagram = {
  nodes: [
    node('start', 0, 0, 'start'),
    node('manager', 1),
    node('band', 2, 0, 'condition'),
    node('department', 3),
    node('finance', 4),
    node('end', 5, 0, 'end'),
  ],
  edges: [
    edge('start', 'manager'),
    edge('manager', 'band'),
    edge('band', 'department', { when: 'form.amount >= 100000' }),
    edge('band', 'finance', { when: 'form.amount >= 10000' }),
    edge('band', 'end', { default: true }),
    edge('department', 'finance'),
    edge('finance', 'end'),
    edge('finance', 'manager', { loop: true }),
  ],
};
const PARALLEL: Diagram = {
  nodes: [
    node('start', 0, 0, 'start'),
    node('both', 1, 0, 'parallel'),
    node('legal', 2, 0),
    node('finance', 2, 1),
    node('end', 3, 0, 'end'),
  ],
  edges: [
    edge('start', 'both'),
    edge('both', 'legal'),
    edge('both', 'finance'),
    edge('legal', 'end'),
    edge('finance', 'end'),
  ],
};
const labelOf = ({ when, default: isDefault }: DiagramEdge): string => when ?? (isDefault ? 'otherwise' : '');
const isApart = (a: PlacedNode, b: PlacedNode): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
const at = ({ nodes }: GraphLayout, id: string): PlacedNode => nodes.find(({ node: { id: other } }) => other === id)!;
/** All points of a path, with its control points. */
const points = (path: string): readonly (readonly [number, number])[] =>
  [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe.each(['across', 'down'] as const)('layoutGraph %s', (orientation) => {
  test.each([
    ['by amount', ORDER],
    ['in parallel', PARALLEL],
  ])('keeps nodes apart and everything inside the drawing: %s', (_, diagram) => {
    const layout = layoutGraph(diagram, orientation, labelOf);
    for (const [index, one] of layout.nodes.entries()) {
      for (const other of layout.nodes.slice(index + 1)) expect(isApart(one, other)).toBe(true);
      expect(one.x).toBeGreaterThanOrEqual(0);
      expect(one.y).toBeGreaterThanOrEqual(0);
      expect(one.x + one.width).toBeLessThanOrEqual(layout.width);
      expect(one.y + one.height).toBeLessThanOrEqual(layout.height);
    }
    for (const { path } of layout.edges) {
      for (const [x, y] of points(path)) {
        expect(x >= 0 && x <= layout.width && y >= 0 && y <= layout.height).toBe(true);
      }
    }
  });

  test('advances with each layer', () => {
    const layout = layoutGraph(ORDER, orientation, labelOf);
    const starts = ORDER.nodes.map(({ id }) => (orientation === 'across' ? at(layout, id).x : at(layout, id).y));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  test('routes edges over several layers around the nodes between', () => {
    const layout = layoutGraph(ORDER, orientation, labelOf);
    const far = layout.edges.filter(({ edge: { from, to } }) => from === 'band' && to !== 'department');
    const reaches = far.map(({ path }) =>
      Math.max(...points(path).map(([x, y]) => (orientation === 'across' ? y : x))),
    );
    const department = at(layout, 'department');
    const edgeOfDepartment =
      orientation === 'across' ? department.y + department.height : department.x + department.width;
    for (const reach of reaches) expect(reach).toBeGreaterThan(edgeOfDepartment);
    expect(new Set(reaches).size).toBe(2);
  });

  test('writes every condition inside the drawing, each at its own position', () => {
    const layout = layoutGraph(ORDER, orientation, labelOf);
    const labels = layout.edges.flatMap(({ label }) => (label === null ? [] : [label]));
    expect(labels.map(({ text }) => text)).toEqual(['form.amount >= 100000', 'form.amount >= 10000', 'otherwise']);
    expect(new Set(labels.map(({ x, y }) => `${x}/${y}`)).size).toBe(3);
    for (const { x } of labels) expect(x).toBeLessThan(layout.width);
  });
});

test('layoutGraph accepts an empty diagram and ignores an edge to a missing node', () => {
  expect(layoutGraph({ nodes: [], edges: [] }, 'across', labelOf).nodes).toEqual([]);
  expect(layoutGraph({ nodes: [node('a', 0)], edges: [edge('a', 'gone')] }, 'across', labelOf).edges).toEqual([]);
});
