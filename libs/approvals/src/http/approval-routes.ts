import { applyDecorators, Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { OriginCompatibility, type OriginRoutes } from '@nest-herald/notifications';
import { ProblemFilter, SseAuthGuard } from '@nest-herald/sse';

/** A controller of approvals: behind the guard, answering problems, and understood by clients of the origin. */
export const ApprovalRoutes = (path: string, origin: OriginRoutes): ClassDecorator =>
  applyDecorators(
    Controller(`api/v1/${path}`),
    UseGuards(SseAuthGuard),
    UseFilters(ProblemFilter),
    UseInterceptors(new OriginCompatibility(origin)),
  );
