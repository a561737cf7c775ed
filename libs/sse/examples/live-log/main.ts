// Shows: a stream route of your own. It authorises the caller itself, sends the newest lines after `connected`, then live lines,
// and ends when the job is done.
//
//   POST /jobs/42          start          GET  /jobs/42/log   follow (the owner only)
//   POST /jobs/42/lines    {"text": …}    POST /jobs/42/done
import 'reflect-metadata';
import {
  Body,
  Controller,
  type MessageEvent,
  Module,
  type OnModuleInit,
  Param,
  Post,
  Req,
  Res,
  Sse,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type Connection,
  Hub,
  SseAuthGuard,
  SseModule,
  StreamProblemFilter,
  StreamRoute,
  streamResponse,
} from '@nest-herald/sse';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { JobLogGuard } from './job-log.guard.js';
import { Jobs } from './jobs.js';

@Controller('jobs/:id')
class JobLogController implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly hub: Hub,
  ) {}

  @Sse('log')
  @StreamRoute()
  @UseGuards(JobLogGuard)
  @UseFilters(StreamProblemFilter)
  log(@Req() request: Request, @Res({ passthrough: true }) response: Response): Observable<MessageEvent> {
    return streamResponse(request, response);
  }

  /** Runs in the same tick as `connected`: later lines follow these, and none is lost in between. */
  onModuleInit(): void {
    this.hub.onConnected((connection: Connection) => {
      const id = connection.topics.find((topic) => topic.startsWith('job:'))?.slice('job:'.length) ?? '';
      for (const line of this.jobs.linesOf(id)) connection.sendEphemeral('line', JSON.stringify(line));
    });
  }
}

@Controller('jobs/:id')
@UseGuards(SseAuthGuard)
class JobsController {
  constructor(
    private readonly jobs: Jobs,
    private readonly hub: Hub,
  ) {}

  @Post()
  start(@CurrentPrincipal() me: Principal, @Param('id') id: string): void {
    this.jobs.start(id, me);
  }

  @Post('lines')
  write(@CurrentPrincipal() me: Principal, @Param('id') id: string, @Body() { text }: { text: string }): Promise<void> {
    return this.jobs.write(id, me, text);
  }

  @Post('done')
  done(@CurrentPrincipal() me: Principal, @Param('id') id: string): void {
    this.jobs.finish(id, me);
    // `complete` tells every client not to reconnect.
    for (const connection of this.hub.connections(me.tenantId)) {
      if (connection.topics.includes(`job:${id}`)) connection.close('complete');
    }
  }
}

@Module({
  imports: [SseModule.forRoot({ jwt: { secret: process.env.JWT_SECRET ?? '' } })],
  controllers: [JobLogController, JobsController],
  providers: [Jobs],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], forceCloseConnections: true });
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
