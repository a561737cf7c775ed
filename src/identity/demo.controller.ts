import { Body, Controller, Get, HttpCode, Inject, NotFoundException, Post, Query, Req, Res } from '@nestjs/common';
import { SchemaPipe } from '@nest-herald/platform/http';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DEMO_COMPANIES, findDemoEmployee } from '../demo/company/demo-company.js';
import { signInBody, type demoPeople, type signInAnswer } from './demo.schemas.js';
import { DEMO_SESSION_MS, demoToken } from './demo-token.js';

/** Number of fixed people, the first of each company. The whole company is too long a list to choose from. */
const FIXED_PEOPLE = 6;

/**
 * Sign-in without a password, for trying out the service. It exists only with `DEMO`. Without it the identity
 * provider of the host issues the tokens.
 */
@Controller('api/v1/demo')
export class DemoController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** The people available for sign-in: the fixed people, or with `?all=true` all employees. */
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

  /** Returns the token for programs, and sets it as a cookie for pages. */
  @Post('sign-in')
  @HttpCode(200)
  async signIn(
    @Body(new SchemaPipe(signInBody)) { userId }: z.infer<typeof signInBody>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.infer<typeof signInAnswer>> {
    const found = findDemoEmployee(userId);
    if (!found)
      throw new NotFoundException('There is no demo person with this id. GET /api/v1/demo/people lists them.');
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

  /** Removes the cookie. The token itself stays valid until it expires or is revoked. */
  @Post('sign-out')
  @HttpCode(204)
  signOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): void {
    response.clearCookie(this.settings.sse.cookieName, cookieOf(request));
  }
}

/** Hidden from scripts, not sent by forms of other sites, and sent only over https when set over https. */
function cookieOf(request: Request) {
  return { httpOnly: true, sameSite: 'lax', secure: request.secure, path: '/' } as const;
}
