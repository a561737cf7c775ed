/** One block of a stream. */
export interface StreamBlock {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** Splits a stream into blocks. Relies only on the rules of the SSE format. */
export class StreamBlocks {
  #rest = '';

  constructor(private readonly take: (block: StreamBlock) => void) {}

  feed(text: string): void {
    this.#rest += text;
    for (let end = this.#rest.indexOf('\n\n'); end !== -1; end = this.#rest.indexOf('\n\n')) {
      const lines = this.#rest.slice(0, end).split('\n');
      this.#rest = this.#rest.slice(end + 2);
      this.#block(lines);
    }
  }

  #block(lines: readonly string[]): void {
    let id: string | null = null;
    let event = 'message';
    const data: string[] = [];
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
      if (name === 'id') id = value;
      else if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
    }
    if (id !== null || data.length > 0) this.take({ id, event, data: data.join('\n') });
  }
}
