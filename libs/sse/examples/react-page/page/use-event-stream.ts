import { useEffect, useState } from 'react';
import type { ChatEvents } from './chat-events.js';

/** State of the stream. `closed` is final (signed out or refused). The browser leaves `waiting` by itself. */
export type StreamStatus = 'connecting' | 'open' | 'waiting' | 'closed';

/**
 * Follows the stream while the component is mounted. The browser reconnects by itself and sends the last id, so no event
 * is lost or doubled. `refetch` is called after a gap that replay cannot fill.
 */
export function useEventStream(onRemark: (remark: ChatEvents['remark']) => void, refetch: () => void): StreamStatus {
  const [status, setStatus] = useState<StreamStatus>('connecting');
  useEffect(() => {
    const source = new EventSource('/api/v1/sse/stream');
    source.addEventListener('connected', () => setStatus('open'));
    source.addEventListener('remark', (event) => onRemark(JSON.parse(event.data) as ChatEvents['remark']));
    source.addEventListener('resync', refetch);
    source.addEventListener('close', (event) => {
      // An intended end, such as an expired token. Without this the browser would reconnect forever.
      if ((JSON.parse(event.data) as { reconnect: boolean }).reconnect) return;
      source.close();
      setStatus('closed');
    });
    source.onerror = () => setStatus(source.readyState === EventSource.CLOSED ? 'closed' : 'waiting');
    return () => source.close();
  }, [onRemark, refetch]);
  return status;
}
