import { type AudienceKey, Entitlements } from '@nest-herald/sse';
import type { Principal } from '@nest-herald/platform';
import { compileTopicPattern, hasWildcard, isTopicPattern } from '@nest-herald/sse-protocol';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Reader } from '../store/visible.js';

/** Most topics with notifications that one pattern may match. Of more, the first in the order of their names are used. */
const MAX_TOPICS_OF_PATTERNS = 1_000;

/** Skips from one distinct key to the next, so that a topic with a million notifications costs one index probe. */
const TOPICS_IN_RANGE = `
with recursive found(key) as (
  (select key from herald.ntf_audience where tenant_id = $1 and key >= $2 and key < $3 order by key limit 1)
  union all
  select (select a.key from herald.ntf_audience a
           where a.tenant_id = $1 and a.key > found.key and a.key < $3 order by a.key limit 1)
    from found where found.key is not null
)
select key from found where key is not null limit $4`;

/**
 * Resolves the audience keys under which a person has notifications: those of the token, those of the host's directory (the
 * same as for a stream), and the topics that the token's `topics` claim covers.
 */
@Injectable()
export class ReaderKeys {
  constructor(private readonly entitlements: Entitlements) {}

  /**
   * The keys of token and directory. Call it before the transaction of the request begins: a directory that needs its own
   * connection must not wait for one while the request occupies another.
   * @throws SseRefusal 503 when the directory does not answer. An inbox that silently lacks a department would be worse.
   */
  keysOf(principal: Principal): Promise<readonly AudienceKey[]> {
    return this.entitlements.keysOf(principal);
  }

  /** @param keys the result of {@link keysOf}. */
  async readerOf(manager: EntityManager, principal: Principal, keys: readonly AudienceKey[]): Promise<Reader> {
    const patterns = principal.topics.filter(isTopicPattern);
    const topics = [
      ...patterns.filter((pattern) => !hasWildcard(pattern)).map((topic) => `topic:${topic}`),
      ...(await topicsOfPatterns(manager, principal.tenantId, patterns.filter(hasWildcard))),
    ];
    return {
      tenantId: principal.tenantId,
      userId: principal.userId,
      // A notification to named people has a row for each, so a person's own key is not needed.
      keys: [...new Set([...keys.filter((key) => !key.startsWith('user:')), ...topics])],
    };
  }
}

/** The topics with notifications that match the patterns. The literal prefix of each pattern is a range of the index. */
async function topicsOfPatterns(
  manager: EntityManager,
  tenantId: string,
  patterns: readonly string[],
): Promise<readonly AudienceKey[]> {
  const found: AudienceKey[] = [];
  for (const pattern of patterns) {
    const prefix = `topic:${pattern.slice(0, pattern.indexOf('*'))}`;
    const rows: { key: AudienceKey }[] = await manager.query(TOPICS_IN_RANGE, [
      tenantId,
      prefix,
      // Topics are ASCII, so every key with the prefix sorts before the prefix followed by DEL.
      `${prefix}\x7f`,
      MAX_TOPICS_OF_PATTERNS,
    ]);
    const covers = compileTopicPattern(pattern);
    found.push(...rows.map((row) => row.key).filter((key) => covers(key.slice('topic:'.length))));
  }
  return found;
}
