import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { isPermitted, type Principal } from '../vocabulary/principal.js';
import { SseRefusal } from '../vocabulary/refusal.js';

/** Metadata key of {@link RequirePermission}. */
export const REQUIRED_PERMISSION = Symbol('REQUIRED_PERMISSION');

const PRINCIPAL = Symbol('principal');

/** @throws SseRefusal 403 `forbidden`, naming the permission. */
export function requirePermission(principal: Principal, permission: string): void {
  if (isPermitted(principal, permission)) return;
  throw new SseRefusal(403, 'forbidden', {
    detail: `This needs the permission ${permission}.`,
    extra: { permission },
  });
}

/** Lets {@link SseAuthGuard} pass only holders of the permission; on a method or a whole controller. */
export const RequirePermission = (permission: string): CustomDecorator<symbol> =>
  SetMetadata(REQUIRED_PERMISSION, permission);

/** Puts the verified principal on the request; what guards do. */
export function setPrincipal(request: object, principal: Principal): void {
  (request as { [PRINCIPAL]?: Principal })[PRINCIPAL] = principal;
}

/** @throws SseRefusal 401 `missing_token` when no guard of this package ran before. */
export function principalOfRequest(request: object): Principal {
  const principal = (request as { [PRINCIPAL]?: Principal })[PRINCIPAL];
  if (principal !== undefined) return principal;
  throw new SseRefusal(401, 'missing_token', { detail: 'Send "Authorization: Bearer <token>".' });
}

/** The verified principal, as a parameter of a handler behind {@link SseAuthGuard}. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  principalOfRequest(context.switchToHttp().getRequest<object>()),
);
