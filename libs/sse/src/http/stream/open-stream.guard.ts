import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type PlatformRequest, type PlatformResponse, rawRequest, setPrincipal } from '@nest-herald/platform/http';
import { StreamIntake } from './stream-intake.js';
import { keepPrepared } from './stream-response.js';

/**
 * Does everything about opening a stream that can fail. It is a guard because Nest awaits guards before it commits a status; a
 * handler behind an interceptor runs after the status is sent.
 */
@Injectable()
export class OpenStreamGuard implements CanActivate {
  constructor(private readonly intake: StreamIntake) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<PlatformRequest>();
    const response = context.switchToHttp().getResponse<PlatformResponse>();
    const principal = await this.intake.identify(request);
    setPrincipal(request, principal);
    const prepared = await this.intake.prepare(request, principal);
    // HEAD gets the status that GET would get, and keeps nothing.
    if (rawRequest(request).method === 'HEAD') prepared.abandon();
    else keepPrepared(request, response, prepared);
    return true;
  }
}
