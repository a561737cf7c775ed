import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { eventually } from './eventually.js';

/** One event as it was received. */
export interface ReceivedEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** Headers and method of the request. */
export interface StreamClientOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Reads a stream and keeps everything, for tests over real sockets. Parses by the WHATWG grammar; comments are kept apart. */
export class StreamClient {
  readonly events: ReceivedEvent[] = [];
  readonly comments: string[] = [];
  /** Value of the last `retry` line, ms. */
  retryMs: number | null = null;
  /** The body of a response that is not an event stream, such as a refusal. */
  body = '';
  isEnded = false;
  #rest = '';
  #id: string | null = null;
  #type = '';
  #data: string[] = [];

  private constructor(
    private readonly request: ClientRequest,
    private readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.once('close', () => (this.isEnded = true));
    response.on('error', ignore);
  }

  /** Resolves when the status has arrived. */
  static open(url: string, options: StreamClientOptions = {}): Promise<StreamClient> {
    return new Promise((resolve, reject) => {
      const headers = { accept: 'text/event-stream', ...options.headers };
      const request = httpRequest(url, { agent: false, method: options.method ?? 'GET', headers });
      request.once('response', (response) => {
        request.off('error', reject).on('error', ignore);
        resolve(new StreamClient(request, response));
      });
      request.once('error', reject);
      request.end();
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  /** Payloads of one event type, in order. */
  payloads(type: string): readonly string[] {
    return this.events.filter((event) => event.event === type).map((event) => event.data);
  }

  /** The position from which a browser would resume. */
  get lastEventId(): string | null {
    return this.events.findLast((event) => event.id !== null)?.id ?? null;
  }

  /** Waits for the nth event of a type. */
  waitFor(type: string, count = 1): Promise<ReceivedEvent> {
    return eventually(`${count} × ${type}`, () => this.events.filter((event) => event.event === type)[count - 1]!);
  }

  async waitForEnd(): Promise<void> {
    await eventually('the end of the stream', () => this.isEnded);
  }

  /** Stops reading, so that the server's buffers fill. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.request.destroy();
  }

  #take(text: string): void {
    if (this.response.headers['content-type']?.startsWith('text/event-stream') !== true) {
      this.body += text;
      return;
    }
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) {
        this.events.push({ id: this.#id, event: this.#type || 'message', data: this.#data.join('\n') });
      }
      this.#id = null;
      this.#type = '';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === '') this.comments.push(value);
    else if (field === 'id') this.#id = value;
    else if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'retry') this.retryMs = Number(value);
  }
}

function ignore(): void {}
