import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';
import type { AudienceKey, AudienceResolver } from '@nest-herald/sse';
import type { Directory } from '../seams/directory.js';

/** Resolves audience keys from a directory: `audienceResolver: new DirectoryAudience(directory)` in the options of `SseModule`. */
export class DirectoryAudience implements AudienceResolver {
  constructor(private readonly directory: Directory) {}

  keysOf({ tenantId, userId }: Principal): Promise<readonly AudienceKey[]> {
    return this.directory.keysOf(asTenantId(tenantId), asUserId(userId));
  }
}
