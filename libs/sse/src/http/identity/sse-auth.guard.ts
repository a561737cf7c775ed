import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Principal } from '@nest-herald/platform';
import { refusalOf } from '../problem/sse-refusals.js';
import { Credentials } from './credentials.js';
import {
  type PlatformRequest,
  rawRequest,
  REQUIRED_PERMISSION,
  requirePermission,
  setPrincipal,
} from '@nest-herald/platform/http';
import { queryOf, requestTarget } from './request-target.js';

/**
 * Accepts a request whose access token (`Authorization`, else the session cookie) is valid and grants what
 * {@link RequirePermission} requires. It guards the module's routes and any controller of the host: `SseModule` exports
 * it with its dependencies. After it, {@link CurrentPrincipal} is the verified principal.
 *
 * @throws Refusal 400 `token_in_url`, 401, 403 `origin_forbidden` | `forbidden`. It is an `HttpException`, so a host without
 * `ProblemFilter` answers with that status and code too.
 */
@Injectable()
export class SseAuthGuard implements CanActivate {
  constructor(
    private readonly credentials: Credentials,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<PlatformRequest>();
    const principal = await this.#authenticate(request);
    setPrincipal(request, principal);
    const permission = this.reflector.getAllAndOverride<string | undefined>(REQUIRED_PERMISSION, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (permission !== undefined) requirePermission(principal, permission);
    return true;
  }

  async #authenticate(request: PlatformRequest): Promise<Principal> {
    try {
      this.credentials.refuseTokenInUrl(queryOf(requestTarget(request)));
      return await this.credentials.ofRequest(rawRequest(request));
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  }
}
