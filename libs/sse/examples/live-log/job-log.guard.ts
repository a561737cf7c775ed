import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { keepPrepared, StreamIntake } from '@nest-herald/sse';
import type { Request, Response } from 'express';
import { Jobs } from './jobs.js';

/** Does everything that can fail: a refusal from a guard still gets its real status. */
@Injectable()
export class JobLogGuard implements CanActivate {
  constructor(
    private readonly intake: StreamIntake,
    private readonly jobs: Jobs,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<Request<{ id: string }>>();
    const { id } = request.params;
    const principal = await this.intake.identify(request);
    this.jobs.requireOwner(id, principal);
    const prepared = await this.intake.prepare(request, principal, {
      // Checked above, so the topic authoriser is not asked.
      grantedTopics: [`job:${id}`],
      connectedExtra: { jobId: id },
    });
    keepPrepared(request, context.switchToHttp().getResponse<Response>(), prepared);
    return true;
  }
}
