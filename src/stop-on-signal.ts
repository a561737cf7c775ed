import type { INestApplication, LoggerService } from '@nestjs/common';

/** Time that a shutdown may take beyond the drain before it is cut short; milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * From one Ctrl-C the process may get the signal twice: from the terminal, and forwarded by npm. Only a later one means
 * that somebody does not want to wait; milliseconds.
 */
const SAME_KEYSTROKE_MS = 1_000;

/**
 * Ends the process cleanly on SIGINT and SIGTERM: code 0 after the drain, 1 when it takes too long, fails, or a second
 * signal says not to wait. The built-in database stops by itself when the process is gone.
 */
export function stopOnSignal(app: INestApplication, drainMs: number, logger: LoggerService): void {
  let since: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    if (since !== null) {
      if (performance.now() - since > SAME_KEYSTROKE_MS) process.exit(1);
      return;
    }
    since = performance.now();
    logger.log(`${signal}: closing streams, then stopping.`, 'Herald');
    setTimeout(() => {
      logger.fatal?.('The shutdown takes too long; giving up on it.', 'Herald');
      process.exit(1);
    }, drainMs + PATIENCE_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal?.(error, 'Herald');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
