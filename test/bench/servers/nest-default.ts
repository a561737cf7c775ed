import type { AddressInfo } from 'node:net';

import {
  Controller,
  Injectable,
  Module,
  Req,
  Sse,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type MessageEvent,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import type { Request } from 'express';
import { filter, map, Subject, type Observable } from 'rxjs';

import { BENCH_JWT_SECRET, benchUser } from '../load/access-token.js';
import { EVENT_TYPE, type BenchEvent } from './bench-event.js';
import { END_OF_HEAD, LISTEN, type BenchServer } from './bench-server.js';

interface Published {
  /** Absent: for all users. */
  readonly user?: string;
  readonly event: BenchEvent;
}

interface Claims {
  readonly sub: string;
}

/** The single source of events, as an application would inject it. */
@Injectable()
class EventSourceService {
  readonly published = new Subject<Published>();
}

/** Bearer token checked by `JwtService`, as in the framework's chapter on authentication. */
@Injectable()
class BearerGuard implements CanActivate {
  constructor(private readonly jwt: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request & { claims?: Claims }>();
    const [scheme, token] = request.headers.authorization?.split(' ') ?? [];
    if (scheme !== 'Bearer' || !token) throw new UnauthorizedException();
    request.claims = await this.jwt.verifyAsync<Claims>(token);
    return true;
  }
}

/** One stream per request: the shared Subject with its own filter and mapping. */
@Controller()
class StreamController {
  constructor(private readonly events: EventSourceService) {}

  @UseGuards(BearerGuard)
  @Sse('stream')
  stream(@Req() request: Request & { claims: Claims }): Observable<MessageEvent> {
    const user = request.claims.sub;
    return this.events.published.pipe(
      filter((published) => published.user === undefined || published.user === user),
      map(({ event }) => ({ id: `benchlog.${event.n}`, type: EVENT_TYPE, data: event })),
    );
  }
}

@Module({
  imports: [JwtModule.register({ secret: BENCH_JWT_SECRET })],
  controllers: [StreamController],
  providers: [EventSourceService, BearerGuard],
})
class NestDefaultModule {}

/** Reference C: Nest's own `@Sse` route as its documentation teaches it. */
export async function startNestDefault(): Promise<BenchServer> {
  const app = await NestFactory.create(NestDefaultModule, { logger: ['error', 'warn'], forceCloseConnections: true });
  await app.init();
  const http = app.getHttpServer();
  await new Promise<void>((resolve) => http.listen(LISTEN, resolve));
  const { published } = app.get(EventSourceService);
  return {
    port: (http.address() as AddressInfo).port,
    path: '/stream',
    readyMarker: END_OF_HEAD,
    close: () => app.close(),
    publishToAll: (event) => published.next({ event }),
    publishToUser: (user, event) => published.next({ user: benchUser(user), event }),
  };
}
