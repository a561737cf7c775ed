import { isPermitted, type Principal } from '@nest-herald/platform';
import type { Actor } from '../engine/instance/command.js';

/** Who gives a command, and from where; the addresses go into the history as personal text. */
export interface Caller {
  readonly tenantId: string;
  readonly userId: string;
  /** Holds `approval:manage`. */
  readonly manages: boolean;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** The parts of a request that are looked at. */
export interface CallingRequest {
  readonly ip?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** User agents are cut: they come from outside and are kept for ever. */
const MAX_USER_AGENT = 300;

/** A caller out of a verified token. */
export function callerOf(principal: Principal, request?: CallingRequest): Caller {
  const agent = request?.headers['user-agent'];
  return {
    tenantId: principal.tenantId,
    userId: principal.userId,
    manages: isPermitted(principal, 'approval:manage'),
    ip: request?.ip,
    userAgent: typeof agent === 'string' ? agent.slice(0, MAX_USER_AGENT) : undefined,
  };
}

/** The same as the engine knows them. */
export function actorOf(caller: Caller): Actor {
  return { id: caller.userId, kind: 'user', manages: caller.manages };
}
