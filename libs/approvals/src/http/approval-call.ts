import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type KeyedWrite, type KeyedWriteResponse, principalOfRequest } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { callerOf, type Caller, type CallingRequest } from '../application/caller.js';

/** One call of a route: who calls, and what it came with. */
export interface ApprovalCall {
  readonly principal: Principal;
  readonly caller: Caller;
  readonly request: KeyedWrite & CallingRequest;
  readonly response: KeyedWriteResponse;
}

/** The call, as a parameter of a handler behind the guard. The answer is what the handler returns. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): ApprovalCall => {
  const http = context.switchToHttp();
  const request = http.getRequest<ApprovalCall['request']>();
  const principal = principalOfRequest(request);
  return { principal, caller: callerOf(principal, request), request, response: http.getResponse<KeyedWriteResponse>() };
});
