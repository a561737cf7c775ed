/** Something that stands in several {@link DenseBucket}s at once and knows where. */
export interface BucketMember<M> {
  /** The buckets it stands in; `places[i]` is its index in `buckets[i]`. */
  readonly buckets: DenseBucket<M>[];
  readonly places: number[];
}

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

  /** The caller sees to it that nobody stands in a bucket twice. */
  add(member: M & BucketMember<M>): void {
    const backRef = member.buckets.length;
    member.buckets.push(this);
    member.places.push(this.#members.length);
    if (this.#members.length === 0) {
      // Most people have one connection, and a list that grows by push has room for seventeen from its first member on.
      this.#members = [member];
      this.#backRefs = [backRef];
      return;
    }
    this.#members.push(member);
    this.#backRefs.push(backRef);
  }

  /** Takes a member out of all its buckets. @returns the buckets that are empty now. */
  static removeFromAll<M>(member: M & BucketMember<M>): DenseBucket<M>[] {
    const emptied: DenseBucket<M>[] = [];
    for (let i = 0; i < member.buckets.length; i++) {
      const bucket = member.buckets[i]!;
      bucket.#removeAt(member.places[i]!);
      if (bucket.members.length === 0) emptied.push(bucket);
    }
    member.buckets.length = 0;
    member.places.length = 0;
    return emptied;
  }

  #removeAt(place: number): void {
    const last = this.#members.pop() as M & BucketMember<M>;
    const lastBackRef = this.#backRefs.pop()!;
    if (place === this.#members.length) return;
    this.#members[place] = last;
    this.#backRefs[place] = lastBackRef;
    last.places[lastBackRef] = place;
  }
}
