import { type AudienceKey, Entitlements, type Principal } from '@nest-herald/sse';
import { compileTopicPattern, hasWildcard, isTopicPattern } from '@nest-herald/sse-protocol';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Reader } from '../inbox/visible.js';

/** Topics with notifications that one pattern may stand for; the newest names win nothing, they are simply too many. */
const MAX_TOPICS_OF_PATTERNS = 1_000;

/**
 * Says under which audience keys a person finds notifications: those of the token, those that the host's directory adds
 * (the same that a stream gets), and the topics that the token's `topics` claim covers.
 */
@Injectable()
export class ReaderKeys {
  constructor(@Inject(Entitlements) private readonly entitlements: Entitlements) {}

  /** @throws SseRefusal 503 when the directory cannot be asked: an inbox that silently lacks a department would be worse. */
  async readerOf(manager: EntityManager, principal: Principal): Promise<Reader> {
    const held = await this.entitlements.keysOf(principal);
    const patterns = principal.topics.filter(isTopicPattern);
    const topics = [
      ...patterns.filter((pattern) => !hasWildcard(pattern)).map((topic) => `topic:${topic}`),
      ...(await topicsOfPatterns(manager, principal.tenantId, patterns.filter(hasWildcard))),
    ];
    return {
      tenantId: principal.tenantId,
      userId: principal.userId,
      // A person's own key addresses nothing here: who is named has a row.
      keys: [...new Set([...held.filter((key) => !key.startsWith('user:')), ...topics])],
    };
  }
}

/** The topics with notifications that patterns cover: the literal beginning of each is a range of the index. */
async function topicsOfPatterns(
  manager: EntityManager,
  tenantId: string,
  patterns: readonly string[],
): Promise<readonly AudienceKey[]> {
  const found: AudienceKey[] = [];
  for (const pattern of patterns) {
    const prefix = `topic:${pattern.slice(0, pattern.indexOf('*'))}`;
    const rows: { key: AudienceKey }[] = await manager.query(
      `select distinct key from herald.ntf_audience
        where tenant_id = $1 and key >= $2 collate "C" and key < $3 collate "C" order by key limit $4`,
      // Topics are ASCII, so everything that begins with the prefix sorts before it with a DEL behind.
      [tenantId, prefix, `${prefix}\x7f`, MAX_TOPICS_OF_PATTERNS],
    );
    const covers = compileTopicPattern(pattern);
    found.push(...rows.map((row) => row.key).filter((key) => covers(key.slice('topic:'.length))));
  }
  return found;
}
