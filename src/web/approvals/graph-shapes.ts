/** Start and end of a node on the main axis, its middle and size on the cross axis. */
interface Box {
  readonly start: number;
  readonly end: number;
  readonly middle: number;
  readonly cross: number;
}

/** Turns a point on the main and the cross axis into x and y. */
type Point = (main: number, cross: number) => readonly [number, number];

/** Space for the arrow head before a node. */
const ARROW_HEAD = 5;

/**
 * The path of an edge. It is straight, or it curves into a row of its own (`row`, null for none) after the layer of its
 * start (`entry`) and out of it before the layer of its end (`exit`). A loop leaves and enters at the sides of the nodes.
 */
export function edgePath(
  from: Box,
  to: Box,
  { entry, exit, row }: { readonly entry: number; readonly exit: number; readonly row: number | null },
  isLoop: boolean,
  point: Point,
): string {
  const at = (main: number, cross: number): string => point(main, cross).map(round).join(' ');
  const bend = (fromMain: number, fromCross: number, toMain: number, toCross: number): string => {
    const half = (fromMain + toMain) / 2;
    return `C${at(half, fromCross)} ${at(half, toCross)} ${at(toMain, toCross)}`;
  };
  if (isLoop && row !== null) {
    const [out, back] = [(from.start + from.end) / 2, (to.start + to.end) / 2];
    const side = to.middle + to.cross / 2 + ARROW_HEAD;
    return `M${at(out, from.middle + from.cross / 2)} Q${at(out, row)} ${at(out - 16, row)} L${at(back + 16, row)} Q${at(back, row)} ${at(back, side)}`;
  }
  const start = `M${at(from.end, from.middle)}`;
  const end = to.start - ARROW_HEAD;
  if (row === null) {
    return from.middle === to.middle
      ? `${start} L${at(end, to.middle)}`
      : `${start} ${bend(from.end, from.middle, end, to.middle)}`;
  }
  return `${start} ${bend(from.end, from.middle, entry, row)} L${at(exit, row)} ${bend(exit, row, end, to.middle)}`;
}

/** Splits by visible characters, so that truncation never breaks one. */
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The approximate width of a text at 12 px. A Chinese character counts nearly twice. */
export function labelWidth(text: string): number {
  return graphemesOf(text).reduce((width, one) => width + (/[\u2e80-\uffef]/u.test(one) ? 12.5 : 7.1), 0);
}

/** Truncates a text to a width. */
export function fitText(text: string, width: number): string {
  if (labelWidth(text) <= width) return text;
  const graphemes = graphemesOf(text);
  while (graphemes.length > 1 && labelWidth(`${graphemes.join('')}…`) > width) graphemes.pop();
  return `${graphemes.join('').trimEnd()}…`;
}

function graphemesOf(text: string): string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
