import { applyDecorators, Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { LegacyApi, type LegacyRoutes, ProblemFilter } from '@nest-herald/platform/http';
import { SseAuthGuard } from '@nest-herald/sse';

/** A controller of approvals: behind the guard, answering problems, and understood by clients of the origin. */
export const ApprovalRoutes = (path: string, origin: LegacyRoutes): ClassDecorator =>
  applyDecorators(
    Controller(`api/v1/${path}`),
    UseGuards(SseAuthGuard),
    UseFilters(ProblemFilter),
    UseInterceptors(new LegacyApi(origin)),
  );
