import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { WriteRequest, WriteResponse } from '@nest-herald/notifications';
import { principalOfRequest, type Principal } from '@nest-herald/sse';
import { callerOf, type Caller, type CallingRequest } from '../caller.js';

/** One call of a route: who calls, and what it came with. */
export interface ApprovalCall {
  readonly principal: Principal;
  readonly caller: Caller;
  readonly request: WriteRequest & CallingRequest;
  readonly response: WriteResponse;
}

/** The call, as a parameter of a handler behind the guard. The answer is what the handler returns. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): ApprovalCall => {
  const http = context.switchToHttp();
  const request = http.getRequest<ApprovalCall['request']>();
  const principal = principalOfRequest(request);
  return { principal, caller: callerOf(principal, request), request, response: http.getResponse<WriteResponse>() };
});
