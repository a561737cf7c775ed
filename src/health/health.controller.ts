import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import type { healthAnswer, readinessAnswer } from './health.schemas.js';
import { Readiness } from './readiness.js';

/** Liveness and readiness. */
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Liveness. It checks nothing: a restart would not help while the database is unreachable. */
  @Get('health')
  @Header('Cache-Control', 'no-store')
  live(): z.infer<typeof healthAnswer> {
    return { status: 'ok' };
  }

  /** Readiness: whether this server should get traffic. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  async ready(@Res({ passthrough: true }) response: Response): Promise<z.infer<typeof readinessAnswer>> {
    const answer = await this.readiness.answer();
    if (answer.status !== 'ok') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return answer;
  }
}
