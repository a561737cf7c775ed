/** Something that stands in several {@link DenseBucket}s at once and knows where. */
export interface BucketMember<M> {
  /** The buckets it stands in; `places[i]` is its index in `buckets[i]`. */
  buckets: readonly DenseBucket<M>[];
  indexes: number[];
}

const NOWHERE: readonly never[] = [];

/**
 * A set that is walked far more often than it changes: a dense array without holes, from which a member leaves in
 * constant time by swapping places with the last one. The order of the members means nothing.
 */
export class DenseBucket<M> {
  #members: M[] = [];
  /** `backRefs[i]` is the index of this bucket in `members[i].buckets`. */
  #backRefs: number[] = [];

  constructor(readonly key: string) {}

  /** Another array after the bucket was empty. */
  get members(): readonly M[] {
    return this.#members;
  }

  /** Puts a member that stands nowhere into these buckets. The caller sees to it that none is named twice. */
  static addToAll<M>(member: M & BucketMember<M>, buckets: readonly DenseBucket<M>[]): void {
    member.buckets = buckets;
    // Lists of the right length: one that grows by push has room for seventeen from its first member on.
    member.indexes = buckets.map((bucket, index) => bucket.#append(member, index));
  }

  /** Takes a member out of all its buckets. @returns the buckets that are empty now. */
  static removeFromAll<M>(member: M & BucketMember<M>): DenseBucket<M>[] {
    const emptied: DenseBucket<M>[] = [];
    for (let i = 0; i < member.buckets.length; i++) {
      const bucket = member.buckets[i]!;
      bucket.#removeAt(member.indexes[i]!);
      if (bucket.members.length === 0) emptied.push(bucket);
    }
    member.buckets = NOWHERE;
    member.indexes = [];
    return emptied;
  }

  /** @returns the place. */
  #append(member: M & BucketMember<M>, backRef: number): number {
    if (this.#members.length === 0) {
      // Most people have one connection.
      this.#members = [member];
      this.#backRefs = [backRef];
      return 0;
    }
    this.#backRefs.push(backRef);
    return this.#members.push(member) - 1;
  }

  #removeAt(place: number): void {
    const last = this.#members.pop() as M & BucketMember<M>;
    const lastBackRef = this.#backRefs.pop()!;
    if (place === this.#members.length) return;
    this.#members[place] = last;
    this.#backRefs[place] = lastBackRef;
    last.indexes[lastBackRef] = place;
  }
}
