import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { readSettings } from './config/read-settings.js';
import { DATABASE } from './database/database.module.js';
import type { RunningDatabase } from './database/running-database.js';
import { HeraldHttpAdapter } from './http/herald-http-adapter.js';
import { applyHttpHygiene } from './http/http-hygiene.js';
import { HeraldLogger } from './logging/herald-logger.js';
import { logSafe } from './logging/redact.js';
import { BUILT_PAGES, pages } from './pages/pages.js';
import { startReport } from './start-report.js';
import { stopOnSignal } from './stop-on-signal.js';

/** Exit code for settings that only a person can mend. */
const CONFIGURATION_EXIT_CODE = 78;

/** Reads the settings, starts everything, and says so in the last line of the start-up. */
async function main(): Promise<void> {
  const settings = readSettings({
    ...process.env,
    ...(process.argv.includes('--convert') ? { DATABASE_CONVERT: 'true' } : {}),
  });
  const logger = new HeraldLogger(settings.logLevel);
  process.on('uncaughtException', (error) => {
    logger.fatal(error, 'Herald');
    process.exit(1);
  });
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(settings), new HeraldHttpAdapter(), {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  try {
    applyHttpHygiene(app, settings);
    const servePages = pages(BUILT_PAGES);
    if (servePages) app.use(servePages);
    else logger.warn('The pages are not built; the API works without them. Build them with: npm run build', 'Herald');
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  for (const line of startReport(settings, app.get<RunningDatabase>(DATABASE))) logger.log(line, 'Herald');
  stopOnSignal(app, settings.drainMs, logger);
  console.log(`Nest Herald ready on ${addressOf(app.getHttpServer() as Server)}`);
}

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Mistakes that a person can correct are told in words; everything else with its stack. */
function report(error: unknown): number {
  const { exitCode, code } = error as { exitCode?: unknown; code?: unknown };
  if (typeof exitCode === 'number') {
    console.error((error as Error).message.split('\n').map(logSafe).join('\n'));
    return exitCode;
  }
  if (code === 'ERR_SSE_BACKPLANE' || code === 'ERR_SSE_INVALID_OPTIONS') {
    console.error(`Nest Herald cannot start. ${logSafe((error as Error).message)}`);
    return code === 'ERR_SSE_BACKPLANE' ? 1 : CONFIGURATION_EXIT_CODE;
  }
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    console.error(
      `Nest Herald cannot listen: ${logSafe((error as Error).message)}. Choose another address with PORT or HOST.`,
    );
    return 1;
  }
  new HeraldLogger('error').fatal(error, 'Herald');
  return 1;
}

try {
  await main();
} catch (error) {
  // Open handles of what had already started must not keep a failed start alive.
  process.exit(report(error));
}
