import { Body, Controller, Get, HttpCode, Inject, NotFoundException, Post, Query, Req, Res } from '@nestjs/common';
import { SchemaPipe } from '@nest-herald/platform/http';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DEMO_COMPANIES, findDemoEmployee } from '../demo/company/demo-company.js';
import { signInBody, type demoPeople, type signInAnswer } from './demo.schemas.js';
import { DEMO_SESSION_MS, demoToken } from './demo-token.js';

/** The fixed people stand first; the rest of a company would be too long a list to choose from. */
const FIXED_PEOPLE = 6;

/**
 * Sign-in without a password, for trying the service out. Exists only with `DEMO`; a host's own identity
 * provider issues the tokens otherwise.
 */
@Controller('api/v1/demo')
export class DemoController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** Whom one may become: the fixed people, or with `?all=true` everybody who works at the companies. */
  @Get('people')
  people(@Query('all') all?: string): z.infer<typeof demoPeople> {
    return {
      tenants: DEMO_COMPANIES.map(({ tenantId, name, employees }) => ({
        id: tenantId,
        name,
        people: employees.slice(0, all === 'true' ? employees.length : FIXED_PEOPLE).map((person) => ({
          id: person.id,
          name: person.name,
          title: person.title,
          roles: [...person.roles],
        })),
      })),
    };
  }

  /** Gives the token for programs, and the same token as a cookie for pages. */
  @Post('sign-in')
  @HttpCode(200)
  async signIn(
    @Body(new SchemaPipe(signInBody)) { userId }: z.infer<typeof signInBody>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.infer<typeof signInAnswer>> {
    const found = findDemoEmployee(userId);
    if (!found) throw new NotFoundException('There is no such demo person; GET /api/v1/demo/people lists them.');
    const { accessToken, expiresAt } = await demoToken(this.settings, found.company.tenantId, found.employee);
    response.cookie(this.settings.sse.cookieName, accessToken, { ...cookieOf(request), maxAge: DEMO_SESSION_MS });
    response.setHeader('Cache-Control', 'no-store');
    const { id, name, roles } = found.employee;
    return {
      accessToken,
      expiresAt: expiresAt.toISOString(),
      user: { id, tenantId: found.company.tenantId, name, roles: [...roles] },
    };
  }

  /** Takes the cookie away. A token that a program kept stays valid until its end, unless it is revoked. */
  @Post('sign-out')
  @HttpCode(204)
  signOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): void {
    response.clearCookie(this.settings.sse.cookieName, cookieOf(request));
  }
}

/** Out of reach of scripts, not sent by other sites' forms, and on https never in the clear. */
function cookieOf(request: Request) {
  return { httpOnly: true, sameSite: 'lax', secure: request.secure, path: '/' } as const;
}
