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

/** An edge as a path, and where its condition is written. */
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
/** Room between two layers; more where a condition is written. */
const GAP = 26;
/** Room between two rows of nodes, and the width of a row that only lines run through. */
const ROW_GAP = 18;
const LINE_ROW = 30;
/** A gate is as wide as its name, within these. */
const GATE = { narrowest: 92, widest: 176 };

/** Size of a node along the way and across it. */
function sizeOf(
  { type, name }: DiagramNode,
  orientation: Orientation,
): { readonly along: number; readonly aside: number } {
  const across = orientation === 'across';
  const gate = Math.min(GATE.widest, Math.max(GATE.narrowest, labelWidth(name) + 34));
  switch (type) {
    case 'start':
    case 'end':
      return { along: 34, aside: 34 };
    case 'condition':
    case 'parallel':
    case 'delay':
    case 'service':
      return across ? { along: gate, aside: 40 } : { along: 38, aside: gate };
    case 'approve':
    case 'handle':
    case 'cc':
      return across ? { along: 132, aside: 58 } : { along: 54, aside: 164 };
  }
}

/**
 * Places the nodes of a process in layers (steps from the start) and rows. An edge over several layers runs in a row of
 * its own, so that no line crosses a node; ways back run behind everything.
 *
 * @param labelOf what is written at an edge; empty for nothing
 */
export function layoutGraph(
  { nodes, edges }: Diagram,
  orientation: Orientation,
  labelOf: (edge: DiagramEdge) => string,
): GraphLayout {
  const layerOf = new Map(nodes.map(({ id, layer }) => [id, layer]));
  const known = edges.filter(({ from, to }) => layerOf.has(from) && layerOf.has(to));
  const rowOf = rowsOf(nodes, known);
  const lineRows = lineRowsOf(known, layerOf, nodes, rowOf);
  const labels = new Map(known.map((edge) => [edge, labelOf(edge)]));

  // Along the way: where each layer begins, and how long it is.
  const layerCount = Math.max(0, ...nodes.map(({ layer }) => layer)) + 1;
  const lengths = Array.from({ length: layerCount }, (_, layer) =>
    Math.max(0, ...nodes.filter((node) => node.layer === layer).map((node) => sizeOf(node, orientation).along)),
  );
  const starts: number[] = [];
  let along = MARGIN;
  for (const [layer, length] of lengths.entries()) {
    starts.push(along);
    // Edges with a row of their own are written along it, where there is room.
    const leaving = known.filter((edge) => layerOf.get(edge.from) === layer && !lineRows.has(edge));
    const widest = Math.max(0, ...leaving.map((edge) => labelWidth(labels.get(edge) ?? '')));
    along += length + (widest === 0 ? GAP : orientation === 'across' ? Math.max(GAP, widest + 30) : GAP + 26);
  }

  // Aside of the way: the middle of each row.
  const rowCount = Math.max(0, ...rowOf.values(), ...lineRows.values()) + 1;
  const middles: number[] = [];
  let aside = MARGIN;
  for (let row = 0; row < rowCount; row++) {
    const widest = Math.max(
      0,
      ...nodes.filter(({ id }) => rowOf.get(id) === row).map((node) => sizeOf(node, orientation).aside),
    );
    if (widest > 0) {
      middles.push(aside + widest / 2);
      // Top to bottom, a condition between two nodes of the row may reach further than they do.
      const direct = known.filter((edge) => rowOf.get(edge.to) === row && !lineRows.has(edge));
      const beside = Math.max(0, ...direct.map((edge) => labelWidth(labels.get(edge) ?? '')));
      aside +=
        orientation === 'across' || beside === 0
          ? widest + ROW_GAP
          : Math.max(widest + ROW_GAP, widest / 2 + beside + 14);
    } else {
      // Top to bottom, the condition stands beside its line.
      const written = [...lineRows].filter(([, lineRow]) => lineRow === row).map(([edge]) => labels.get(edge) ?? '');
      middles.push(aside + LINE_ROW / 2);
      aside +=
        orientation === 'across'
          ? LINE_ROW
          : LINE_ROW / 2 + Math.max(LINE_ROW / 2, ...written.map((text) => labelWidth(text) + 14));
    }
  }

  const places = new Map(
    nodes.map((node) => {
      const size = sizeOf(node, orientation);
      const start = (starts[node.layer] ?? MARGIN) + ((lengths[node.layer] ?? size.along) - size.along) / 2;
      const middle = middles[rowOf.get(node.id) ?? 0] ?? MARGIN;
      return [node.id, { node, start, end: start + size.along, middle, aside: size.aside }] as const;
    }),
  );

  const isAcross = orientation === 'across';
  const point = (a: number, b: number): readonly [number, number] => (isAcross ? [a, b] : [b, a]);
  let farAlong = along - GAP + MARGIN;
  let farAside = aside - ROW_GAP + MARGIN;
  const placedEdges = known.map((edge): PlacedEdge => {
    const from = places.get(edge.from)!;
    const to = places.get(edge.to)!;
    const row = lineRows.get(edge);
    const line = row === undefined ? null : (middles[row] ?? 0);
    const text = labels.get(edge) ?? '';
    const gapEnd = starts[from.node.layer + 1] ?? from.end + GAP;
    const lastLayer = to.node.layer - 1;
    const through = {
      entry: gapEnd,
      exit: (starts[lastLayer] ?? gapEnd) + (lengths[lastLayer] ?? 0),
      line,
    };
    const path = edgePath(from, to, through, edge.loop, point);
    if (text === '') return { edge, path, label: null };
    const layerEnd = (starts[from.node.layer] ?? 0) + (lengths[from.node.layer] ?? 0);
    const lineMiddle = line ?? to.middle;
    const [x, y] = isAcross
      ? [line === null ? layerEnd + 8 : gapEnd, lineMiddle - 6]
      : [lineMiddle + 7, line === null ? to.start - 11 : gapEnd + 14];
    if (isAcross) farAlong = Math.max(farAlong, x + labelWidth(text) + MARGIN);
    else farAside = Math.max(farAside, x + labelWidth(text) + MARGIN);
    return { edge, path, label: { text, x, y } };
  });

  return {
    width: isAcross ? farAlong : farAside,
    height: isAcross ? farAside : farAlong,
    nodes: [...places.values()].map(({ node, start, end, middle, aside: size }) => ({
      node,
      x: isAcross ? start : middle - size / 2,
      y: isAcross ? middle - size / 2 : start,
      width: isAcross ? end - start : size,
      height: isAcross ? size : end - start,
    })),
    edges: placedEdges,
  };
}

/** Rows of the nodes: in each layer in the order of those before them, so that branches do not change places. */
function rowsOf(nodes: readonly DiagramNode[], edges: readonly DiagramEdge[]): Map<string, number> {
  const rows = new Map<string, number>();
  const layers = [...new Set(nodes.map(({ layer }) => layer))].toSorted((a, b) => a - b);
  for (const layer of layers) {
    const place = (id: string): number => {
      const before = edges.filter(({ to, loop }) => to === id && !loop).map(({ from }) => rows.get(from) ?? 0);
      return before.length === 0 ? 0 : before.reduce((sum, row) => sum + row, 0) / before.length;
    };
    const ordered = nodes
      .filter((node) => node.layer === layer)
      .toSorted((a, b) => place(a.id) - place(b.id) || a.lane - b.lane);
    for (const [row, { id }] of ordered.entries()) rows.set(id, row);
  }
  return rows;
}

/** Rows of the edges over several layers: the first that is free of nodes and of other such edges all the way. */
function lineRowsOf(
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
    // A way back leaves and arrives beside its nodes, so it needs their layers too.
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
