import { isPermitted, type Principal } from '@nest-herald/platform';
import type { Actor } from '../engine/instance/command.js';

/** Who executes a command. The address is stored in the history as personal text. */
export interface Caller {
  readonly tenantId: string;
  readonly userId: string;
  /** Has the permission `approval:manage`. */
  readonly manages: boolean;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** The parts of a request that {@link callerOf} reads. */
export interface CallerRequest {
  readonly ip?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Longer user agents are cut, because clients choose them and they are stored permanently. */
const MAX_USER_AGENT = 300;

/** Makes a caller from a verified token. */
export function callerOf(principal: Principal, request?: CallerRequest): Caller {
  const agent = request?.headers['user-agent'];
  return {
    tenantId: principal.tenantId,
    userId: principal.userId,
    manages: isPermitted(principal, 'approval:manage'),
    ip: request?.ip,
    userAgent: typeof agent === 'string' ? agent.slice(0, MAX_USER_AGENT) : undefined,
  };
}

/** The engine's actor of a caller. */
export function actorOf(caller: Caller): Actor {
  return { id: caller.userId, kind: 'user', manages: caller.manages };
}
