import { createParser } from 'eventsource-parser';

/** One event as it came. `id` is absent on events without one. */
export interface ReceivedEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

/** How a stream is asked for. */
export interface StreamOptions {
  readonly token: string;
  readonly lastEventId?: string;
  readonly topics?: readonly string[];
}

/** An open stream that keeps everything it got, in order. */
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
  /** Resolves with the first event, past or future, that fits. @throws Error when the stream ends or time runs out. */
  until(fits: (event: ReceivedEvent) => boolean, timeoutMs?: number): Promise<ReceivedEvent>;
  /** Resolves when the stream is over, for whatever reason. */
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

  function until(fits: (event: ReceivedEvent) => boolean, timeoutMs = 10_000): Promise<ReceivedEvent> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = events.find(fits);
        if (found) settle(() => resolve(found));
        else if (isOver) settle(() => reject(new Error(`The stream ended first. It was:\n${raw}`)));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`Not within ${timeoutMs} ms. It was:\n${raw}`))),
        timeoutMs,
      );
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        watchers.delete(look);
        act();
      };
      watchers.add(look);
      look();
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
    // A cut line or our own close: either way it is over, and what came before it counts.
  }
}
