/**
 * A whole process that numbers events, for tests that kill or pause it:
 * `node dist/test/support/sequencer-process.js <url> <name>`. Prints `ready`, runs until it is killed.
 */
import { createPostgresSse } from '@nest-herald/sse/postgres';

const [, , connectionString = '', nodeId = 'child'] = process.argv;
const { eventLog } = createPostgresSse({ connectionString, nodeId });
const nothing = (): void => undefined;
await eventLog.start({ announce: nothing, observe: nothing, wakeUp: nothing, identityChanged: nothing });
process.stdout.write('ready\n');
// Every timer of the log is unreferenced, so that it never keeps a host alive.
setInterval(nothing, 60_000);
