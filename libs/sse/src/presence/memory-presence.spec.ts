import { describe, it } from '@jest/globals';
import { describePresence } from '../testing/describe-presence.js';
import { systemClock } from '../clock.js';
import { MemoryPresence } from './memory-presence.js';

describePresence(
  'MemoryPresence',
  () =>
    Promise.resolve({
      node: (options) => Promise.resolve(new MemoryPresence(systemClock, options)),
      close: () => Promise.resolve(),
    }),
  { describe, it },
);
