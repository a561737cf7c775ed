import { Injectable } from '@nestjs/common';
import type { Problem, ProblemHooks, Refusal } from '@nest-herald/platform/http';
import { sseDiagnostics } from '../../observability/diagnostics.js';
import { SseCounters } from '../../observability/sse-counters.js';
import { refusalOf } from './sse-refusals.js';

/** Extends the problem filter by the refusals, the counter and the diagnostics channel of this package. */
@Injectable()
export class SseProblemHooks implements ProblemHooks {
  constructor(private readonly counters: SseCounters) {}

  translate(error: unknown): Refusal | null {
    return refusalOf(error);
  }

  observe({ status, code, reason }: Problem, requestId: string): void {
    this.counters.refused(code);
    sseDiagnostics.refused({ status, code, requestId, ...(reason === undefined ? {} : { reason }) });
  }
}
