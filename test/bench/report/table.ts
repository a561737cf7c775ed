import { isMet, type Target } from '../targets.js';
import { SERVER_TITLES, type ServerName } from '../servers/server-registry.js';
import type { Figure } from './figure.js';
import type { Ratio } from './ratio.js';
import type { Spread } from './statistics.js';

/** Servers and variants as rows, conditions as columns; each cell is median and range. */
export function figureTable(figures: readonly Figure[]): string {
  const conditions = [...new Set(figures.map(({ condition }) => condition))];
  const known: readonly string[] = Object.keys(SERVER_TITLES);
  const rank = (server: string): number => (known.includes(server) ? known.indexOf(server) : known.length);
  const servers = [...new Set(figures.map(({ server }) => server))].sort((a, b) => rank(a) - rank(b));
  const rows = servers.map((server) => [
    SERVER_TITLES[server as ServerName] ?? server,
    ...conditions.map((condition) => {
      const figure = figures.find((f) => f.server === server && f.condition === condition);
      return figure ? spreadText(figure.spread) : '';
    }),
  ]);
  return markdownTable(['', ...conditions], rows);
}

/** Every ratio with its target and the verdict. */
export function ratioTable(ratios: readonly Ratio[]): string {
  const rows = ratios.map(({ what, condition, spread, target }) => [
    what,
    condition === what ? '' : condition,
    spreadText(spread),
    target ? targetText(target) : '',
    target ? (isMet(target, spread.median) ? 'ok' : 'missed') : '',
  ]);
  return markdownTable(['what', 'at', 'median (range)', 'target', ''], rows);
}

function spreadText({ median, min, max }: Spread): string {
  return `${short(median)} (${short(min)}–${short(max)})`;
}

/** Three significant digits, without an exponent. */
function short(value: number): string {
  const magnitude = Math.abs(value);
  return value.toFixed(magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2);
}

function targetText(target: Target): string {
  return 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
}

/** A Markdown table, padded so that it is readable in a terminal too. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
