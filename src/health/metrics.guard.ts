import { createHash, timingSafeEqual } from 'node:crypto';
import { isPermitted } from '@nest-herald/platform';
import { principalOfRequest } from '@nest-herald/platform/http';
import { SseAuthGuard, SseRefusal } from '@nest-herald/sse';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { SETTINGS, type Settings } from '../config/settings.js';

/**
 * Accepts `METRICS_TOKEN` and access tokens with the permission `metrics:read`. Any other request gets 401, also one with
 * a valid token: 403 would confirm guesses about permissions.
 */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly tokens: SseAuthGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    if (this.isMonitoring(request.headers.authorization)) return true;
    await this.tokens.canActivate(context);
    if (isPermitted(principalOfRequest(request), 'metrics:read')) return true;
    throw new SseRefusal(401, 'invalid_token', {
      detail: 'This token may not read the metrics. Use METRICS_TOKEN or a token with metrics:read.',
    });
  }

  private isMonitoring(header: string | undefined): boolean {
    const { metricsToken } = this.settings;
    const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
    if (metricsToken === undefined || given === undefined) return false;
    // Hashes have equal lengths, so the comparison reveals nothing about the length of the token.
    return timingSafeEqual(sha256(given), sha256(metricsToken));
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
