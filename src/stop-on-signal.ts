import type { INestApplication, LoggerService } from '@nestjs/common';

/** How long a shutdown may take beyond the drain before the process exits with code 1; milliseconds. */
const SHUTDOWN_MARGIN_MS = 15_000;

/**
 * One Ctrl-C can send the signal twice: from the terminal, and forwarded by npm. A second signal within this time is
 * ignored; a later one ends the process at once; milliseconds.
 */
const SAME_KEYSTROKE_MS = 1_000;

/**
 * Ends the process cleanly on SIGINT and SIGTERM. The exit code is 0 after the drain, and 1 when the shutdown fails, takes
 * too long, or a second signal arrives. The built-in database stops by itself after the process has exited.
 */
export function stopOnSignal(app: INestApplication, drainMs: number, logger: LoggerService): void {
  let since: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    if (since !== null) {
      if (performance.now() - since > SAME_KEYSTROKE_MS) process.exit(1);
      return;
    }
    since = performance.now();
    logger.log(`${signal} received: closing the streams, then stopping.`, 'Herald');
    setTimeout(() => {
      logger.fatal?.(
        `The shutdown took longer than ${drainMs + SHUTDOWN_MARGIN_MS} ms. The process exits now.`,
        'Herald',
      );
      process.exit(1);
    }, drainMs + SHUTDOWN_MARGIN_MS).unref();
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
