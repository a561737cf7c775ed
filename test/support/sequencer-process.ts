/**
 * A process that sequences events, for tests that kill or pause it:
 * `node dist/test/support/sequencer-process.js <url> <name>`. It prints `ready` and runs until it is killed.
 */
import { createPostgresSse } from '@nest-herald/sse/postgres';

const [, , connectionString = '', nodeId = 'child'] = process.argv;
const { eventLog } = createPostgresSse({ connectionString, nodeId });
const nothing = (): void => undefined;
await eventLog.start({ announce: nothing, observe: nothing, wakeUp: nothing, identityChanged: nothing });
process.stdout.write('ready\n');
// Keeps the process alive: every timer of the log is unreferenced, so that the log never does.
setInterval(nothing, 60_000);
