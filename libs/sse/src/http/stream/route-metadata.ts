import { applyDecorators, SetMetadata } from '@nestjs/common';

/**
 * Metadata key on the handler of every stream route. For a global interceptor, the response completes, empty, as soon as the
 * stream is open. An interceptor that measures or caches responses, and a throttler that counts requests, should skip these
 * handlers:
 * `if (reflector.get(SSE_STREAM_ROUTE, context.getHandler())) return next.handle();`
 */
export const SSE_STREAM_ROUTE = 'nest-herald:sse-stream-route';

/** `@nestjs/throttler` skips handlers with this metadata for its throttler named `default`. */
const SKIP_THROTTLE = 'THROTTLER:SKIPdefault';

/** Marks a handler as a stream route; see {@link SSE_STREAM_ROUTE}. */
export function StreamRoute(): MethodDecorator {
  return applyDecorators(SetMetadata(SSE_STREAM_ROUTE, true), SetMetadata(SKIP_THROTTLE, true));
}
