import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** One block of a stream: everything between two blank lines, without comments. */
export interface Block {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly data?: string;
}

/** How a raw request differs from a plain GET. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A raw response, read without any client library that could hide a fault. */
export class RawStream {
  #text = '';
  #ended = false;
  readonly #waiting = new Set<() => void>();

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#changed(() => (this.#text += chunk)));
    response.on('close', () => this.#changed(() => (this.#ended = true)));
    // A reset also ends the stream; what was read before it counts.
    response.on('error', () => this.#changed(() => (this.#ended = true)));
  }

  /** Resolves when the headers have arrived, before any body. */
  static open(url: string, options: RawRequest = {}): Promise<RawStream> {
    return new Promise((resolve, reject) => {
      request(url, { agent: false, method: options.method ?? 'GET', headers: options.headers ?? {} })
        .on('response', (response) => resolve(new RawStream(response)))
        .on('error', reject)
        .end();
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  /** The body so far. */
  get text(): string {
    return this.#text;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** The complete blocks so far. */
  get blocks(): readonly Block[] {
    return blocksOf(this.#text);
  }

  /** Waits for the first block of this type. @throws when the stream ends without it. */
  async event(type: string): Promise<Block> {
    await this.until(() => this.blocks.some((block) => block.event === type));
    return this.blocks.find((block) => block.event === type)!;
  }

  /** Waits for a condition on what was read. @throws when the stream ends first. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#ended) throw new Error(`The stream ended before the condition held. It contained:\n${this.#text}`);
      await this.#nextChange();
    }
  }

  /** Waits for the end of the response. */
  async end(): Promise<string> {
    while (!this.#ended) await this.#nextChange();
    return this.#text;
  }

  /** Drops the connection without closing it properly. */
  destroy(): void {
    this.response.destroy();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #changed(change: () => void): void {
    change();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Parses blocks by the rules of the SSE specification. */
export function blocksOf(text: string): readonly Block[] {
  const complete = text.slice(0, text.lastIndexOf('\n\n') + 1);
  return complete
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith(':')))
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const fields: Record<string, string> = {};
      for (const line of lines) {
        const colon = line.indexOf(':');
        const name = line.slice(0, colon);
        const value = line.slice(colon + 1).replace(/^ /, '');
        fields[name] = name === 'data' && fields.data !== undefined ? `${fields.data}\n${value}` : value;
      }
      return fields;
    });
}
