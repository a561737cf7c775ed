import type { LoggerService } from '@nestjs/common';
import { LOG_LEVELS, type LogLevel } from '../config/settings.js';
import { logSafe } from './redact.js';

/** Contexts in which Nest logs every module and route that it sets up; shown only at level `debug`. */
const STARTUP_CONTEXTS: ReadonlySet<string> = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Context in which Nest logs a failed start. `main` reports the same failure in a readable form. */
const REPORTED_ELSEWHERE = 'ExceptionHandler';

/** Receives the log lines: the standard streams in the service, an array in tests. */
export interface LogOutput {
  line(text: string, isProblem: boolean): void;
}

/** Writes warnings and errors to standard error, everything else to standard output. */
export const standardStreams: LogOutput = {
  line: (text, isProblem) => {
    (isProblem ? process.stderr : process.stdout).write(`${text}\n`);
  },
};

/**
 * Writes plain log lines: time, level, context, text. A record is one line; the stack of an error follows, indented.
 * Every part goes through {@link logSafe}.
 */
export class HeraldLogger implements LoggerService {
  private readonly enabled: ReadonlySet<LogLevel>;

  /** @param level the last level of `LOG_LEVELS` that is shown. */
  constructor(
    level: LogLevel,
    private readonly output: LogOutput = standardStreams,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.enabled = new Set(LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1));
  }

  log(message: unknown, ...rest: unknown[]): void {
    const context = contextOf(rest);
    this.write(context !== null && STARTUP_CONTEXTS.has(context) ? 'debug' : 'log', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('verbose', message, rest);
  }

  private write(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const context = contextOf(rest);
    if (!this.enabled.has(level) || context === REPORTED_ELSEWHERE) return;
    const stack = message instanceof Error ? message.stack : rest.slice(0, -1).find(isStack);
    const isProblem = level === 'fatal' || level === 'error' || level === 'warn';
    const head = `${this.now().toISOString()} ${level.padEnd(5)} ${context === null ? '' : `[${logSafe(context)}] `}`;
    this.output.line(head + logSafe(textOf(message)), isProblem);
    for (const frame of framesOf(stack)) this.output.line(frame, isProblem);
  }
}

/** Nest passes the context as the last argument. */
function contextOf(rest: readonly unknown[]): string | null {
  const last = rest.at(-1);
  return typeof last === 'string' && !isStack(last) ? last : null;
}

function isStack(value: unknown): value is string {
  return typeof value === 'string' && /\n\s+at /.test(value);
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message instanceof Error) return `${message.name}: ${message.message}${causeOf(message)}`;
  try {
    return JSON.stringify(message) ?? String(message);
  } catch {
    // The value is circular or its toJSON throws, so only its kind can be shown.
    return Object.prototype.toString.call(message);
  }
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? ` (because of ${error.cause.name}: ${error.cause.message})` : '';
}

/** Only the frames: the message before them may contain line breaks that forge log lines. */
function framesOf(stack: string | undefined): readonly string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => `    ${logSafe(line.trim())}`);
}
