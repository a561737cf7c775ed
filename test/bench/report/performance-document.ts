import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- last run: begin -->';
const END = '<!-- last run: end -->';

/**
 * Replaces the text between the two markers of the document. The prose around them is written by hand.
 *
 * @throws Error if a marker is missing.
 */
export function writeLastRun(path: URL, lastRun: string): void {
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`${path.pathname} must contain "${BEGIN}" and, after it, "${END}".`);
  writeFileSync(path, `${text.slice(0, from)}${BEGIN}\n\n${lastRun}\n\n${text.slice(to)}`);
}
