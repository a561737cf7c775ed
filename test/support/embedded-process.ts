/**
 * Starts the built-in PostgreSQL and prints `<url> <postmaster pid>`, for tests that kill this process:
 * `node dist/test/support/embedded-process.js <data directory> [temporary]`.
 */
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';

const [, , dataDir = '', kind] = process.argv;
const server = await startEmbeddedPostgres({ dataDir, temporary: kind === 'temporary' });
process.stdout.write(`${server.url} ${server.pid}\n`);
process.once('SIGINT', () => void server.stop().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
