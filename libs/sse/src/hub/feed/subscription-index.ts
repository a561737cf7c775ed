import type { AudienceKey } from '../../vocabulary/audience.js';
import { DenseBucket, type BucketMember } from '../../connection/dense-bucket.js';
import { topicOf, type Addressed, type SubscriptionFilter } from '../../connection/subscription-filter.js';
import { TopicPatterns } from './topic-patterns.js';

/** A member of the index, found by its subscription. */
export interface IndexMember<M> extends BucketMember<M> {
  readonly filter: SubscriptionFilter;
  /** Number of the last delivery that reached it. Only the index writes it. */
  lastDelivery: number;
}

const PATTERN = 'pattern:';

/**
 * Finds the members that an event is addressed to: audience key → dense array of members. The cost of an event depends only on
 * the number of members that get it.
 *
 * `add`, `remove` and `update` must not be called during a delivery. A caller defers them to the end of the turn.
 */
export class SubscriptionIndex<M extends IndexMember<M>> {
  readonly #exact = new Map<AudienceKey, DenseBucket<M>>();
  readonly #patterns = new TopicPatterns<DenseBucket<M>>();
  readonly #patternBuckets = new Map<string, DenseBucket<M>>();
  #deliveries = 0;

  add(member: M): void {
    const { exactKeys, patterns } = member.filter;
    const exact = exactKeys.map((key) => this.#bucketOf(key));
    const all = patterns.length === 0 ? exact : exact.concat(patterns.map((pattern) => this.#patternBucketOf(pattern)));
    DenseBucket.addToAll(member, all);
  }

  remove(member: M): void {
    for (const emptied of DenseBucket.removeFromAll(member)) {
      if (this.#exact.get(emptied.key) === emptied) {
        this.#exact.delete(emptied.key);
      } else {
        const pattern = emptied.key.slice(PATTERN.length);
        this.#patternBuckets.delete(pattern);
        this.#patterns.set(pattern, null);
      }
    }
  }

  #bucketOf(key: AudienceKey): DenseBucket<M> {
    let bucket = this.#exact.get(key);
    if (bucket === undefined) this.#exact.set(key, (bucket = new DenseBucket(key)));
    return bucket;
  }

  #patternBucketOf(pattern: string): DenseBucket<M> {
    let bucket = this.#patternBuckets.get(pattern);
    if (bucket === undefined) {
      bucket = new DenseBucket(PATTERN + pattern);
      this.#patternBuckets.set(pattern, bucket);
      this.#patterns.set(pattern, bucket);
    }
    return bucket;
  }

  /** Re-indexes a member after its subscription changed. */
  update(member: M): void {
    this.remove(member);
    this.add(member);
  }

  /** Members with this audience key. */
  withKey(key: AudienceKey): readonly M[] {
    return this.#exact.get(key)?.members ?? [];
  }

  /** Distinct topics and patterns that are followed. It iterates over all keys, so it is only for statistics. */
  topics(): readonly string[] {
    const exact = [...this.#exact.keys()].map(topicOf).filter((topic) => topic !== null);
    return [...exact, ...this.#patternBuckets.keys()];
  }

  /** Number of distinct `user:` keys. It iterates over all keys, so it is only for statistics. */
  userCount(): number {
    let users = 0;
    for (const key of this.#exact.keys()) if (key.startsWith('user:')) users += 1;
    return users;
  }

  /**
   * Delivers an event to every member that it is addressed to, each once (P24).
   * @returns how many took it.
   */
  deliver<E extends Addressed>(event: E, take: (member: M, event: E) => boolean): number {
    this.#deliveries += 1;
    if (event.recipients !== null) return this.#deliverToRecipients(event, take);
    const bucket = this.#exact.get(event.audience);
    const topic = this.#patterns.size === 0 ? null : topicOf(event.audience);
    const matched = topic === null ? [] : this.#patterns.match(topic);
    if (matched.length === 0) return bucket === undefined ? 0 : deliverToAll(bucket.members, event, take);
    let taken = bucket === undefined ? 0 : this.#deliverOnce(bucket.members, event, take);
    for (const pattern of matched) taken += this.#deliverOnce(pattern.members, event, take);
    return taken;
  }

  #deliverToRecipients<E extends Addressed>(event: E, take: (member: M, event: E) => boolean): number {
    let taken = 0;
    for (const userId of event.recipients ?? []) {
      const bucket = this.#exact.get(`user:${userId}`);
      if (bucket !== undefined) taken += this.#deliverOnce(bucket.members, event, take);
    }
    return taken;
  }

  #deliverOnce<E>(members: readonly M[], event: E, take: (member: M, event: E) => boolean): number {
    let taken = 0;
    for (let i = 0; i < members.length; i++) {
      const member = members[i]!;
      if (member.lastDelivery === this.#deliveries) continue;
      member.lastDelivery = this.#deliveries;
      if (take(member, event)) taken += 1;
    }
    return taken;
  }
}

function deliverToAll<M, E>(members: readonly M[], event: E, take: (member: M, event: E) => boolean): number {
  let taken = 0;
  for (let i = 0; i < members.length; i++) if (take(members[i]!, event)) taken += 1;
  return taken;
}
