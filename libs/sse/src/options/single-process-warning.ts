import { MemoryEventLog } from '../event-log/memory-event-log.js';
import type { ResolvedSseOptions } from './sse.options.js';

/**
 * Says which parts are in the memory of this process beside an event log that others may share: right for one process, and the
 * likeliest mistake with two. @returns null when there is nothing to say; a part that the host passed itself is meant.
 */
export function singleProcessWarning(options: ResolvedSseOptions): string | null {
  const { eventLog } = options;
  if (eventLog === undefined || eventLog instanceof MemoryEventLog) return null;
  const harms: readonly (readonly [isAlone: boolean, part: string, harm: string])[] = [
    [
      options.backplane === undefined,
      'backplane',
      'ephemeral events stay here and durable ones of other nodes come up to 1 s late',
    ],
    [options.presence === undefined, 'presence', 'nobody sees who is online elsewhere'],
    [options.ticketStore === undefined, 'ticketStore', 'a ticket opens streams of the node that issued it only'],
    [
      options.revocationStore === undefined && eventLog.revocationStore === undefined,
      'revocationStore',
      'a revocation is forgotten with the process',
    ],
    [
      options.controlMailbox === undefined && eventLog.controlMailbox === undefined,
      'controlMailbox',
      'a token cannot be swapped from another node',
    ],
  ];
  const alone = harms.filter(([isAlone]) => isAlone);
  if (alone.length === 0) return null;
  const parts = alone.map(([, part, harm]) => `${part} (${harm})`).join(', ');
  return `In the memory of this process: ${parts}. Right for one process; with several, pass them beside the eventLog.`;
}
