/** Where a node begins and ends along the way, and its middle and size across it. */
interface Box {
  readonly start: number;
  readonly end: number;
  readonly middle: number;
  readonly aside: number;
}

/** Turns a place along the way and aside of it into x and y. */
type Point = (along: number, aside: number) => readonly [number, number];

/** Room for the arrow's head before a node. */
const HEAD = 5;

/**
 * The path of an edge: straight, or with soft bends into the row that it runs in (`line`, null for none) between the
 * layers behind its start (`entry`) and before its end (`exit`). A way back leaves and arrives at the nodes' sides.
 */
export function edgePath(
  from: Box,
  to: Box,
  { entry, exit, line }: { readonly entry: number; readonly exit: number; readonly line: number | null },
  isLoop: boolean,
  point: Point,
): string {
  const at = (along: number, aside: number): string => point(along, aside).map(round).join(' ');
  const bend = (fromAlong: number, fromAside: number, toAlong: number, toAside: number): string => {
    const half = (fromAlong + toAlong) / 2;
    return `C${at(half, fromAside)} ${at(half, toAside)} ${at(toAlong, toAside)}`;
  };
  if (isLoop && line !== null) {
    const [out, back] = [(from.start + from.end) / 2, (to.start + to.end) / 2];
    const side = to.middle + to.aside / 2 + HEAD;
    return `M${at(out, from.middle + from.aside / 2)} Q${at(out, line)} ${at(out - 16, line)} L${at(back + 16, line)} Q${at(back, line)} ${at(back, side)}`;
  }
  const start = `M${at(from.end, from.middle)}`;
  const end = to.start - HEAD;
  if (line === null) {
    return from.middle === to.middle
      ? `${start} L${at(end, to.middle)}`
      : `${start} ${bend(from.end, from.middle, end, to.middle)}`;
  }
  return `${start} ${bend(from.end, from.middle, entry, line)} L${at(exit, line)} ${bend(exit, line, end, to.middle)}`;
}

/** Letters as people see them, so that no sign is ever cut in two. */
const LETTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** About how wide a text of 12 px is; the wider signs of Chinese count nearly twice. */
export function labelWidth(text: string): number {
  return lettersOf(text).reduce((width, sign) => width + (/[\u2e80-\uffef]/u.test(sign) ? 12.5 : 7.1), 0);
}

/** The start of a text that fits. */
export function fitted(text: string, width: number): string {
  if (labelWidth(text) <= width) return text;
  const signs = lettersOf(text);
  while (signs.length > 1 && labelWidth(`${signs.join('')}…`) > width) signs.pop();
  return `${signs.join('').trimEnd()}…`;
}

function lettersOf(text: string): string[] {
  return Array.from(LETTERS.segment(text), ({ segment }) => segment);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
