import { applyDecorators, Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { LegacyApi, ProblemFilter, type LegacyRoutes } from '@nest-herald/platform/http';
import { SseAuthGuard } from '@nest-herald/sse';

/** A controller of approvals with guard, problem filter and legacy API. */
export const ApprovalRoutes = (path: string, legacy: LegacyRoutes): ClassDecorator =>
  applyDecorators(
    Controller(`api/v1/${path}`),
    UseGuards(SseAuthGuard),
    UseFilters(ProblemFilter),
    UseInterceptors(new LegacyApi(legacy)),
  );
