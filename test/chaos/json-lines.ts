import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const BUFFER_CHARACTERS = 64 * 1024;

/** A log file with one JSON value per line. */
export class JsonLines<T> {
  readonly #file: number;
  #waiting = '';

  /** @param isImmediate writes each line at once, for a process that may be killed; otherwise lines are buffered. */
  constructor(
    path: string,
    private readonly isImmediate: boolean,
  ) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'w');
  }

  write(value: T): void {
    this.#waiting += `${JSON.stringify(value)}\n`;
    if (this.isImmediate || this.#waiting.length > BUFFER_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#waiting !== '') writeSync(this.#file, this.#waiting);
    this.#waiting = '';
  }
}

/** Reads such a file. It skips an incomplete last line, which a kill cut off. */
export function* readJsonLines<T>(path: string): Generator<T> {
  const text = readFileSync(path, 'utf8');
  for (let from = 0; ;) {
    const end = text.indexOf('\n', from);
    if (end === -1) return;
    yield JSON.parse(text.slice(from, end)) as T;
    from = end + 1;
  }
}
