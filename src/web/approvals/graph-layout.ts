import type { Diagram, DiagramEdge, DiagramNode } from '../api/approval.js';
import { edgePath, labelWidth } from './graph-shapes.js';

/** Left to right on wide screens, top to bottom on phones. */
export type Orientation = 'across' | 'down';

/** A node with its box, in pixels. */
export interface PlacedNode {
  readonly node: DiagramNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An edge as a path, and the position of its condition. */
export interface PlacedEdge {
  readonly edge: DiagramEdge;
  readonly path: string;
  readonly label: { readonly text: string; readonly x: number; readonly y: number } | null;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const MARGIN = 6;
/** Space between two layers. It grows where a condition needs more. */
const GAP = 26;
/** Space between two rows of nodes, and the size of a row that holds only edges. */
const ROW_GAP = 18;
const EDGE_ROW = 30;
/** Limits of a gate's width, which follows its name. */
const GATE = { narrowest: 92, widest: 176 };

/** Size of a node on the main axis (the direction of the process) and on the cross axis. */
function sizeOf(
  { type, name }: DiagramNode,
  orientation: Orientation,
): { readonly main: number; readonly cross: number } {
  const across = orientation === 'across';
  const gate = Math.min(GATE.widest, Math.max(GATE.narrowest, labelWidth(name) + 34));
  switch (type) {
    case 'start':
    case 'end':
      return { main: 34, cross: 34 };
    case 'condition':
    case 'parallel':
    case 'delay':
    case 'service':
      return across ? { main: gate, cross: 40 } : { main: 38, cross: gate };
    case 'approve':
    case 'handle':
    case 'cc':
      return across ? { main: 132, cross: 58 } : { main: 54, cross: 164 };
  }
}

/**
 * Places the nodes of a process in layers (steps from the start) and rows. An edge over several layers and a loop get a
 * row of their own, so that no edge crosses a node.
 *
 * @param labelOf the label of an edge; empty for none
 */
export function layoutGraph(
  { nodes, edges }: Diagram,
  orientation: Orientation,
  labelOf: (edge: DiagramEdge) => string,
): GraphLayout {
  const layerOf = new Map(nodes.map(({ id, layer }) => [id, layer]));
  const known = edges.filter(({ from, to }) => layerOf.has(from) && layerOf.has(to));
  const rowOf = rowsOf(nodes, known);
  const edgeRows = edgeRowsOf(known, layerOf, nodes, rowOf);
  const labels = new Map(known.map((edge) => [edge, labelOf(edge)]));

  // Main axis: the start and length of each layer.
  const layerCount = Math.max(0, ...nodes.map(({ layer }) => layer)) + 1;
  const lengths = Array.from({ length: layerCount }, (_, layer) =>
    Math.max(0, ...nodes.filter((node) => node.layer === layer).map((node) => sizeOf(node, orientation).main)),
  );
  const starts: number[] = [];
  let main = MARGIN;
  for (const [layer, length] of lengths.entries()) {
    starts.push(main);
    // An edge with a row of its own has space for its label in that row.
    const leaving = known.filter((edge) => layerOf.get(edge.from) === layer && !edgeRows.has(edge));
    const widest = Math.max(0, ...leaving.map((edge) => labelWidth(labels.get(edge) ?? '')));
    main += length + (widest === 0 ? GAP : orientation === 'across' ? Math.max(GAP, widest + 30) : GAP + 26);
  }

  // Cross axis: the middle of each row.
  const rowCount = Math.max(0, ...rowOf.values(), ...edgeRows.values()) + 1;
  const middles: number[] = [];
  let cross = MARGIN;
  for (let row = 0; row < rowCount; row++) {
    const widest = Math.max(
      0,
      ...nodes.filter(({ id }) => rowOf.get(id) === row).map((node) => sizeOf(node, orientation).cross),
    );
    if (widest > 0) {
      middles.push(cross + widest / 2);
      // Top to bottom, a condition between two nodes of the row can extend beyond them.
      const direct = known.filter((edge) => rowOf.get(edge.to) === row && !edgeRows.has(edge));
      const beside = Math.max(0, ...direct.map((edge) => labelWidth(labels.get(edge) ?? '')));
      cross +=
        orientation === 'across' || beside === 0
          ? widest + ROW_GAP
          : Math.max(widest + ROW_GAP, widest / 2 + beside + 8);
    } else {
      // Top to bottom, the condition stands beside its edge.
      const written = [...edgeRows].filter(([, edgeRow]) => edgeRow === row).map(([edge]) => labels.get(edge) ?? '');
      middles.push(cross + EDGE_ROW / 2);
      cross +=
        orientation === 'across'
          ? EDGE_ROW
          : EDGE_ROW / 2 + Math.max(EDGE_ROW / 2, ...written.map((text) => labelWidth(text) + 6));
    }
  }

  const boxes = new Map(
    nodes.map((node) => {
      const size = sizeOf(node, orientation);
      const start = (starts[node.layer] ?? MARGIN) + ((lengths[node.layer] ?? size.main) - size.main) / 2;
      const middle = middles[rowOf.get(node.id) ?? 0] ?? MARGIN;
      return [node.id, { node, start, end: start + size.main, middle, cross: size.cross }] as const;
    }),
  );

  const isAcross = orientation === 'across';
  const point = (a: number, b: number): readonly [number, number] => (isAcross ? [a, b] : [b, a]);
  let farMain = main - GAP + MARGIN;
  let farCross = cross - ROW_GAP + MARGIN;
  const placedEdges = known.map((edge): PlacedEdge => {
    const from = boxes.get(edge.from)!;
    const to = boxes.get(edge.to)!;
    const rowIndex = edgeRows.get(edge);
    const row = rowIndex === undefined ? null : (middles[rowIndex] ?? 0);
    const text = labels.get(edge) ?? '';
    const gapEnd = starts[from.node.layer + 1] ?? from.end + GAP;
    const lastLayer = to.node.layer - 1;
    const through = {
      entry: gapEnd,
      exit: (starts[lastLayer] ?? gapEnd) + (lengths[lastLayer] ?? 0),
      row,
    };
    const path = edgePath(from, to, through, edge.loop, point);
    if (text === '') return { edge, path, label: null };
    const layerEnd = (starts[from.node.layer] ?? 0) + (lengths[from.node.layer] ?? 0);
    const edgeMiddle = row ?? to.middle;
    const [x, y] = isAcross
      ? [row === null ? layerEnd + 8 : gapEnd, edgeMiddle - 6]
      : [edgeMiddle + 7, row === null ? to.start - 11 : gapEnd + 14];
    if (isAcross) farMain = Math.max(farMain, x + labelWidth(text) + MARGIN);
    else farCross = Math.max(farCross, x + labelWidth(text) + MARGIN);
    return { edge, path, label: { text, x, y } };
  });

  return {
    width: isAcross ? farMain : farCross,
    height: isAcross ? farCross : farMain,
    nodes: [...boxes.values()].map(({ node, start, end, middle, cross: size }) => ({
      node,
      x: isAcross ? start : middle - size / 2,
      y: isAcross ? middle - size / 2 : start,
      width: isAcross ? end - start : size,
      height: isAcross ? size : end - start,
    })),
    edges: placedEdges,
  };
}

/** Rows of the nodes. Each layer keeps the order of its predecessors, so that branches do not cross. */
function rowsOf(nodes: readonly DiagramNode[], edges: readonly DiagramEdge[]): Map<string, number> {
  const rows = new Map<string, number>();
  const layers = [...new Set(nodes.map(({ layer }) => layer))].toSorted((a, b) => a - b);
  for (const layer of layers) {
    const rank = (id: string): number => {
      const before = edges.filter(({ to, loop }) => to === id && !loop).map(({ from }) => rows.get(from) ?? 0);
      return before.length === 0 ? 0 : before.reduce((sum, row) => sum + row, 0) / before.length;
    };
    const ordered = nodes
      .filter((node) => node.layer === layer)
      .toSorted((a, b) => rank(a.id) - rank(b.id) || a.lane - b.lane);
    for (const [row, { id }] of ordered.entries()) rows.set(id, row);
  }
  return rows;
}

/** Rows of loops and of edges over several layers: the first row that is free in every layer between. */
function edgeRowsOf(
  edges: readonly DiagramEdge[],
  layerOf: ReadonlyMap<string, number>,
  nodes: readonly DiagramNode[],
  rowOf: ReadonlyMap<string, number>,
): Map<DiagramEdge, number> {
  const taken = new Set(nodes.map(({ id, layer }) => `${layer}/${rowOf.get(id) ?? 0}`));
  const rows = new Map<DiagramEdge, number>();
  const span = ({ from, to }: DiagramEdge): number => (layerOf.get(to) ?? 0) - (layerOf.get(from) ?? 0);
  for (const edge of edges.toSorted((a, b) => Math.abs(span(a)) - Math.abs(span(b)))) {
    if (span(edge) === 1) continue;
    const [first, last] = [layerOf.get(edge.from) ?? 0, layerOf.get(edge.to) ?? 0].toSorted((a, b) => a - b);
    // A loop leaves and enters at the sides of its nodes, so it needs their layers too.
    const layers = range(first! + (span(edge) > 0 ? 1 : 0), last! - (span(edge) > 0 ? 1 : 0));
    let row = 0;
    while (layers.some((layer) => taken.has(`${layer}/${row}`))) row++;
    for (const layer of layers) taken.add(`${layer}/${row}`);
    rows.set(edge, row);
  }
  return rows;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
