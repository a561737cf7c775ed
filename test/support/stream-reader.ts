import { createParser } from 'eventsource-parser';

/** One received event. `id` is absent on events without one. */
export interface ReceivedEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

/** How to open a stream. */
export interface StreamOptions {
  readonly token: string;
  readonly lastEventId?: string;
  readonly topics?: readonly string[];
}

/** An open stream that records everything it receives, in order. */
export interface StreamReader {
  readonly status: number;
  readonly headers: Headers;
  /** Every byte so far, as text. */
  raw(): string;
  events(): readonly ReceivedEvent[];
  /** Events of one type. */
  of(type: string): readonly ReceivedEvent[];
  /** Newest `id` on any event: what a browser would send as Last-Event-ID. */
  position(): string | undefined;
  /** Resolves with the first event, past or future, that matches. @throws Error when the stream ends or on timeout. */
  until(matches: (event: ReceivedEvent) => boolean, timeoutMs?: number): Promise<ReceivedEvent>;
  /** Resolves when the stream has ended, for any reason. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Opens a stream with a parser that is not ours. */
export async function openStream(url: string, options: StreamOptions): Promise<StreamReader> {
  const target = new URL('/api/v1/sse/stream', url);
  if (options.topics) target.searchParams.set('topics', options.topics.join(','));
  const abort = new AbortController();
  const response = await fetch(target, {
    signal: abort.signal,
    headers: {
      Authorization: `Bearer ${options.token}`,
      Accept: '*/*',
      ...(options.lastEventId === undefined ? {} : { 'Last-Event-ID': options.lastEventId }),
    },
  });
  let raw = '';
  const events: ReceivedEvent[] = [];
  const watchers = new Set<() => void>();
  let isOver = false;
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      events.push({ event: event ?? 'message', data, ...(id === undefined ? {} : { id }) });
      for (const watcher of watchers) watcher();
    },
  });
  const ended = consume(response, (text) => {
    raw += text;
    parser.feed(text);
  }).finally(() => {
    isOver = true;
    for (const watcher of watchers) watcher();
  });

  function until(matches: (event: ReceivedEvent) => boolean, timeoutMs = 10_000): Promise<ReceivedEvent> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = events.find(matches);
        if (found) settle(() => resolve(found));
        else if (isOver) settle(() => reject(new Error(`The stream ended first. It contained:\n${raw}`)));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`No such event within ${timeoutMs} ms. The stream contained:\n${raw}`))),
        timeoutMs,
      );
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        watchers.delete(check);
        act();
      };
      watchers.add(check);
      check();
    });
  }

  return {
    status: response.status,
    headers: response.headers,
    raw: () => raw,
    events: () => events,
    of: (type) => events.filter((event) => event.event === type),
    position: () => events.findLast((event) => event.id !== undefined)?.id,
    until,
    ended,
    close: async () => {
      abort.abort();
      await ended;
    },
  };
}

async function consume(response: Response, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) take(decoder.decode(chunk as Uint8Array, { stream: true }));
  } catch {
    // A broken connection or our own close: the stream has ended, and what it received before counts.
  }
}
