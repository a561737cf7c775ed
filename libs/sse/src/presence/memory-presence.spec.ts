import { describe, it } from '@jest/globals';
import { describePresence } from '../testing/describe-presence.js';
import { MemoryPresence } from './memory-presence.js';

describePresence(
  'MemoryPresence',
  () =>
    Promise.resolve({
      node: () => Promise.resolve(new MemoryPresence()),
      close: () => Promise.resolve(),
    }),
  { describe, it },
);
