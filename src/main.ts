import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { CONFIGURATION_EXIT_CODE } from './config/configuration-error.js';
import { readSettings } from './config/read-settings.js';
import { DATABASE } from './database/database.module.js';
import type { RunningDatabase } from './database/running-database.js';
import { HeraldHttpAdapter } from './http/herald-http-adapter.js';
import { applyHttpRules } from './http/http-hygiene.js';
import { HeraldLogger } from './logging/herald-logger.js';
import { logSafe } from './logging/redact.js';
import { BUILT_PAGES, pages } from './pages/pages.js';
import { startReport } from './start-report.js';
import { stopOnSignal } from './stop-on-signal.js';

/** Reads the settings and starts the service; the last line that it prints has its address. */
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
    applyHttpRules(app, settings);
    const servePages = pages(BUILT_PAGES);
    if (servePages) app.use(servePages);
    else logger.warn('The pages are not built, so only the API is served. Build them with: npm run build', 'Herald');
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  for (const entry of startReport(settings, app.get<RunningDatabase>(DATABASE))) logger.log(entry, 'Herald');
  stopOnSignal(app, settings.drainMs, logger);
  console.log(`Nest Herald ready on ${addressOf(app.getHttpServer() as Server)}`);
}

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Prints a mistake that a person can correct as text, any other error with its stack. @returns the exit code. */
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
      `Nest Herald cannot listen: ${logSafe((error as Error).message)}. Set PORT or HOST to another address.`,
    );
    return 1;
  }
  new HeraldLogger('error').fatal(error, 'Herald');
  return 1;
}

try {
  await main();
} catch (error) {
  // Without the exit, open handles of started parts would keep the process alive after a failed start.
  process.exit(report(error));
}
