import { Catch } from '@nestjs/common';
import { type PlatformRequest, type Problem, ProblemFilter, type WrittenAnswer } from '@nest-herald/platform/http';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';

/** The problem filter of the service. It answers 405 instead of 404 where the path exists with other methods. */
@Catch()
export class ServiceProblemFilter extends ProblemFilter {
  protected override refine(problem: Problem, request: PlatformRequest): Problem {
    const { app, method, path, route } = request as unknown as Request;
    if (problem.status !== 404 || route !== undefined) return problem;
    const methods = allowedMethods(app, path);
    if (methods.length === 0)
      return {
        ...problem,
        detail: `No operation is served for ${method} at this path. The paths are listed in /api/docs.`,
      };
    return {
      status: 405,
      code: 'method_not_allowed',
      detail: `${method} is not allowed at this path. Use ${methods.join(', ')}.`,
    };
  }

  protected override answerTo(problem: Problem, request: PlatformRequest, requestId: string): WrittenAnswer {
    const answer = super.answerTo(problem, request, requestId);
    if (problem.status !== 405) return answer;
    const { app, path } = request as unknown as Request;
    return { ...answer, headers: { ...answer.headers, Allow: allowedMethods(app, path).join(', ') } };
  }

  /** Closes the connection, so that no client takes a partial answer for a complete one. */
  protected override endBegunAnswer(response: Response): void {
    response.destroy();
  }
}
