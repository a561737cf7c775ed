/** A member of several {@link DenseBucket}s that stores its index in each. */
export interface BucketMember<M> {
  /** The buckets of the member; `indexes[i]` is its index in `buckets[i]`. */
  buckets: readonly DenseBucket<M>[];
  indexes: number[];
}

const NO_BUCKETS: readonly never[] = [];

/**
 * A set that is iterated far more often than it changes: a dense array. A member leaves in constant time by swapping with the
 * last one, so the order of the members has no meaning.
 */
export class DenseBucket<M> {
  #members: M[] = [];
  /** `backRefs[i]` is the index of this bucket in `members[i].buckets`. */
  #backRefs: number[] = [];

  constructor(readonly key: string) {}

  /** The members. It is a new array after the bucket was empty. */
  get members(): readonly M[] {
    return this.#members;
  }

  /** Adds a member that is in no bucket to these buckets. The caller must not name a bucket twice. */
  static addToAll<M>(member: M & BucketMember<M>, buckets: readonly DenseBucket<M>[]): void {
    member.buckets = buckets;
    // `map` allocates the exact length. An array that grows by push has room for seventeen from its first member on.
    member.indexes = buckets.map((bucket, index) => bucket.#append(member, index));
  }

  /** Removes a member from all its buckets. @returns the buckets that are empty now. */
  static removeFromAll<M>(member: M & BucketMember<M>): DenseBucket<M>[] {
    const emptied: DenseBucket<M>[] = [];
    for (let i = 0; i < member.buckets.length; i++) {
      const bucket = member.buckets[i]!;
      bucket.#removeAt(member.indexes[i]!);
      if (bucket.members.length === 0) emptied.push(bucket);
    }
    member.buckets = NO_BUCKETS;
    member.indexes = [];
    return emptied;
  }

  /** @returns the index of the member. */
  #append(member: M & BucketMember<M>, backRef: number): number {
    if (this.#members.length === 0) {
      // Most people have one connection, so most buckets keep an array of length 1.
      this.#members = [member];
      this.#backRefs = [backRef];
      return 0;
    }
    this.#backRefs.push(backRef);
    return this.#members.push(member) - 1;
  }

  #removeAt(index: number): void {
    const last = this.#members.pop() as M & BucketMember<M>;
    const lastBackRef = this.#backRefs.pop()!;
    if (index === this.#members.length) return;
    this.#members[index] = last;
    this.#backRefs[index] = lastBackRef;
    last.indexes[lastBackRef] = index;
  }
}
