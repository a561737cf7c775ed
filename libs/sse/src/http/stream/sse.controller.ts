import { Controller, type MessageEvent, Req, Res, Sse, type Type, UseFilters, UseGuards } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { PlatformRequest, PlatformResponse } from '@nest-herald/platform/http';
import { StreamProblemFilter } from './stream-problem.filter.js';
import { StreamRoute } from './route-metadata.js';
import { OpenStreamGuard } from './open-stream.guard.js';
import { streamResponse } from './stream-response.js';

/** Further paths of the stream, for clients of the legacy API, relative to a global prefix. */
export const STREAM_ALIASES: readonly string[] = [
  'sse/stream',
  'api/v1/notifications/stream',
  'events',
  'stream',
  'api/events',
  'realtime/events',
];

/** `GET /stream`. `SseModule` mounts it at the path that the host chose. */
@UseFilters(StreamProblemFilter)
export class SseController {
  @Sse('stream')
  @StreamRoute()
  @UseGuards(OpenStreamGuard)
  stream(
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
  ): Observable<MessageEvent> {
    return streamResponse(request, response);
  }
}

/** The same stream for the aliases, which are whole paths. */
@UseFilters(StreamProblemFilter)
export class SseAliasController {
  @Sse()
  @StreamRoute()
  @UseGuards(OpenStreamGuard)
  stream(
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
  ): Observable<MessageEvent> {
    return streamResponse(request, response);
  }
}

/** A controller at a path that is known only at run time: Nest reads paths from the metadata of classes. */
export function mountedAt<T extends Type>(path: string | readonly string[], base: T): Type {
  const paths = typeof path === 'string' ? path : [...path];
  @Controller({ path: paths })
  class MountedController extends (base as Type<object>) {}
  return MountedController;
}
