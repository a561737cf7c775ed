import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '@nest-herald/platform';
import { principalOfRequest, type KeyedWrite, type KeyedWriteResponse } from '@nest-herald/platform/http';
import { callerOf, type Caller, type CallerRequest } from '../application/caller.js';

/** The caller, request and response of a route. */
export interface ApprovalCall {
  readonly principal: Principal;
  readonly caller: Caller;
  readonly request: KeyedWrite & CallerRequest;
  readonly response: KeyedWriteResponse;
}

/** Injects the {@link ApprovalCall} into a handler that the guard protects. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): ApprovalCall => {
  const http = context.switchToHttp();
  const request = http.getRequest<ApprovalCall['request']>();
  const principal = principalOfRequest(request);
  return { principal, caller: callerOf(principal, request), request, response: http.getResponse<KeyedWriteResponse>() };
});
