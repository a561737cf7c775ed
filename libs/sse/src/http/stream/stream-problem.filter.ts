import { Catch, Inject, Injectable, Optional } from '@nestjs/common';
import { ID_GENERATOR, type IdGenerator } from '@nest-herald/platform';
import {
  headerOf,
  type PlatformRequest,
  type Problem,
  PROBLEM_HOOKS,
  ProblemFilter,
  type ProblemHooks,
  rawRequest,
  type WrittenAnswer,
} from '@nest-herald/platform/http';
import { wantsSoftRefusal } from './accept.js';
import { jitteredRetryMs, softRefusalBody, STREAM_HEADERS } from './soft-refusal.js';

/**
 * {@link ProblemFilter} for streams: a browser's EventSource gets a transient refusal as a stream that makes it reconnect.
 */
@Catch()
@Injectable()
export class StreamProblemFilter extends ProblemFilter {
  constructor(
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
    @Optional() @Inject(PROBLEM_HOOKS) hooks?: ProblemHooks,
  ) {
    super(hooks);
  }

  protected override answerTo(problem: Problem, request: PlatformRequest, requestId: string): WrittenAnswer {
    const { method } = rawRequest(request);
    const isTransient = problem.status === 429 || problem.status === 503;
    if (!isTransient || method === 'HEAD' || !wantsSoftRefusal(headerOf(rawRequest(request), 'accept'))) {
      return super.answerTo(problem, request, requestId);
    }
    return {
      status: 200,
      headers: { ...STREAM_HEADERS, 'X-Request-Id': requestId },
      body: softRefusalBody(problem.code, jitteredRetryMs(this.ids)),
    };
  }
}
