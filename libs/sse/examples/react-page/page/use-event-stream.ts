import { useEffect, useState } from 'react';
import type { ChatEvents } from './chat-events.js';

/** What a page shows of its line: `closed` is final (signed out, or refused); the browser itself leaves `waiting` again. */
export type Line = 'connecting' | 'open' | 'waiting' | 'closed';

/**
 * Follows the stream while the component is there. The browser reconnects by itself and sends the last id, so nothing is lost
 * and nothing comes twice; `refetch` is called when there is a gap that only the page's own state can fill.
 */
export function useEventStream(onRemark: (remark: ChatEvents['remark']) => void, refetch: () => void): Line {
  const [line, setLine] = useState<Line>('connecting');
  useEffect(() => {
    const source = new EventSource('/api/v1/sse/stream');
    source.addEventListener('connected', () => setLine('open'));
    source.addEventListener('remark', (event) => onRemark(JSON.parse(event.data) as ChatEvents['remark']));
    source.addEventListener('resync', refetch);
    source.addEventListener('close', (event) => {
      // An end that is meant to be one, such as an expired token: without this the browser would come back for ever.
      if ((JSON.parse(event.data) as { reconnect: boolean }).reconnect) return;
      source.close();
      setLine('closed');
    });
    source.onerror = () => setLine(source.readyState === EventSource.CLOSED ? 'closed' : 'waiting');
    return () => source.close();
  }, [onRemark, refetch]);
  return line;
}
