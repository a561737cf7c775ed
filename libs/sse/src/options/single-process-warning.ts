import { MemoryEventLog } from '../event-log/memory-event-log.js';
import type { ResolvedSseOptions } from './sse.options.js';

/**
 * Warns of parts in the memory of this process beside an event log that other processes may share. That is correct for one
 * process, and the most likely mistake with two. @returns null when there is no such part; a part that the host passed is
 * intended.
 */
export function singleProcessWarning(options: ResolvedSseOptions): string | null {
  const { eventLog } = options;
  if (eventLog === undefined || eventLog instanceof MemoryEventLog) return null;
  const parts: readonly (readonly [isInMemory: boolean, part: string, consequence: string])[] = [
    [
      options.backplane === undefined,
      'backplane',
      'ephemeral events stay here, and durable ones of other servers arrive up to 1 s late',
    ],
    [options.presence === undefined, 'presence', 'users on other servers appear offline'],
    [options.ticketStore === undefined, 'ticketStore', 'a ticket is valid only on the server that issued it'],
    [
      options.revocationStore === undefined && eventLog.revocationStore === undefined,
      'revocationStore',
      'revocations are lost when the process ends',
    ],
    [
      options.controlMailbox === undefined && eventLog.controlMailbox === undefined,
      'controlMailbox',
      'another server cannot refresh the token of a stream',
    ],
  ];
  const inMemory = parts.filter(([isInMemory]) => isInMemory);
  if (inMemory.length === 0) return null;
  const list = inMemory.map(([, part, consequence]) => `${part} (${consequence})`).join(', ');
  return `In the memory of this process: ${list}. This is correct for one process; with several, pass them beside the eventLog.`;
}
