import type { LoggerService } from '@nestjs/common';
import { LOG_LEVELS, type LogLevel } from '../config/settings.js';
import { logSafe } from './redact.js';

/** Contexts in which the framework tells every module and route that it sets up; of interest only when debugging. */
const CHATTY: ReadonlySet<string> = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/** The framework's own report of a failed start; `main` tells the same failure in words. */
const REPORTED_ELSEWHERE = 'ExceptionHandler';

/** Where lines go; the standard streams in the service, an array in tests. */
export interface LogOutput {
  line(text: string, isProblem: boolean): void;
}

/** Ordinary lines on standard output, warnings and errors on standard error. */
export const standardStreams: LogOutput = {
  line: (text, isProblem) => {
    (isProblem ? process.stderr : process.stdout).write(`${text}\n`);
  },
};

/**
 * Plain log lines: time, level, context, text. One record is one line; an error's stack follows, indented.
 * Every part passes {@link logSafe}.
 */
export class HeraldLogger implements LoggerService {
  private readonly enabled: ReadonlySet<LogLevel>;

  /** @param level the most talkative level that is shown. */
  constructor(
    level: LogLevel,
    private readonly output: LogOutput = standardStreams,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.enabled = new Set(LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1));
  }

  log(message: unknown, ...rest: unknown[]): void {
    const context = contextOf(rest);
    this.write(context !== null && CHATTY.has(context) ? 'debug' : 'log', message, rest);
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
    // Circular or with a throwing toJSON: its kind is all that can be told.
    return Object.prototype.toString.call(message);
  }
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? ` (because of ${error.cause.name}: ${error.cause.message})` : '';
}

/** Only the frames: the message in front of them may hold line breaks of somebody else's making. */
function framesOf(stack: string | undefined): readonly string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => `    ${logSafe(line.trim())}`);
}
