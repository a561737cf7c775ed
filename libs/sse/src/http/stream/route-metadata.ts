import { type CustomDecorator, SetMetadata } from '@nestjs/common';

/**
 * Metadata key on the handler of every stream route. To a global interceptor the answer is over, and empty, as soon as the
 * stream is open; one that measures or caches answers, and a throttler that counts requests, should let handlers that carry
 * it pass:
 * `if (reflector.get(SSE_STREAM_ROUTE, context.getHandler())) return next.handle();`
 */
export const SSE_STREAM_ROUTE = 'nest-herald:sse-stream-route';

/** `@nestjs/throttler` skips handlers with this metadata for its throttler named `default`. */
const SKIP_THROTTLE = 'THROTTLER:SKIPdefault';

/** Marks a handler as a stream route; see {@link SSE_STREAM_ROUTE}. */
export function StreamRoute(): MethodDecorator {
  const marks: readonly CustomDecorator[] = [SetMetadata(SSE_STREAM_ROUTE, true), SetMetadata(SKIP_THROTTLE, true)];
  return (target, key, descriptor) => {
    for (const mark of marks) mark(target, key, descriptor);
  };
}
