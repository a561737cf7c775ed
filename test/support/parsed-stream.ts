import { createParser } from 'eventsource-parser';
import { EventSource as UndiciEventSource } from 'undici';

/** One event as a parser returned it: its data, and the last event id after it. */
export type ParsedEvent = readonly [data: string, lastEventId: string];

/** Reads `count` events of type `tick` from a stream URL. */
export type StreamParser = (url: string, count: number) => Promise<readonly ParsedEvent[]>;

/** Parses with `eventsource-parser`, over fetch. */
export const parseWithEventSourceParser: StreamParser = async (url, count) => {
  const parsed: ParsedEvent[] = [];
  let lastId = '';
  const parser = createParser({
    onEvent: ({ event, data, id }) => {
      lastId = id ?? lastId;
      if (event === 'tick') parsed.push([data, lastId]);
    },
  });
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    if (parsed.length >= count) break;
  }
  abort.abort();
  return parsed;
};

/** An event of an EventSource; the global type lacks these fields without the DOM library. */
interface StreamMessage {
  readonly data: string;
  readonly lastEventId: string;
}

/** Parses with the EventSource of undici, which implements the specification. */
export const parseWithUndici: StreamParser = (url, count) =>
  new Promise((resolve) => {
    const source = new UndiciEventSource(url);
    const parsed: ParsedEvent[] = [];
    source.addEventListener('tick', (event) => {
      const { data, lastEventId } = event as unknown as StreamMessage;
      parsed.push([data, lastEventId]);
      if (parsed.length < count) return;
      source.close();
      resolve(parsed);
    });
  });

/** Parses with the EventSource of a browser: pass it to `page.evaluate` with `[url, count]`. It must not use anything outside itself. */
export function parseInPage([url, count]: readonly [string, number]): Promise<readonly ParsedEvent[]> {
  return new Promise((resolve) => {
    const source = new EventSource(url);
    const parsed: ParsedEvent[] = [];
    source.addEventListener('tick', (event) => {
      const { data, lastEventId } = event as unknown as StreamMessage;
      parsed.push([data, lastEventId]);
      if (parsed.length < count) return;
      source.close();
      resolve(parsed);
    });
  });
}
