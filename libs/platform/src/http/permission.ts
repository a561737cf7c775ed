import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { isPermitted, type Principal } from '../identity/principal.js';
import { Refusal } from '../problem/refusal.js';

/** Metadata key of {@link RequirePermission}. */
export const REQUIRED_PERMISSION = Symbol('REQUIRED_PERMISSION');

const PRINCIPAL = Symbol('principal');

/** @throws Refusal 403 `forbidden`, naming the permission. */
export function requirePermission(principal: Principal, permission: string): void {
  if (isPermitted(principal, permission)) return;
  throw new Refusal(403, 'forbidden', `This needs the permission ${permission}.`, { extra: { permission } });
}

/** Requires a permission for a method or a whole controller. The guard of the route checks it. */
export const RequirePermission = (permission: string): CustomDecorator<symbol> =>
  SetMetadata(REQUIRED_PERMISSION, permission);

/** Stores the verified principal on the request. Guards call it. */
export function setPrincipal(request: object, principal: Principal): void {
  (request as { [PRINCIPAL]?: Principal })[PRINCIPAL] = principal;
}

/** @throws Refusal 401 `missing_token` when no guard has verified the request. */
export function principalOfRequest(request: object): Principal {
  const principal = (request as { [PRINCIPAL]?: Principal })[PRINCIPAL];
  if (principal !== undefined) return principal;
  throw new Refusal(401, 'missing_token', 'Send "Authorization: Bearer <token>".');
}

/** Injects the verified principal into a handler that a guard such as `SseAuthGuard` protects. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  principalOfRequest(context.switchToHttp().getRequest<object>()),
);
