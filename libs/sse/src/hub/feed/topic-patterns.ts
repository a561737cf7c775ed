import { isReservedTopic, parseTopic, parseTopicPattern } from '@nest-herald/sse-protocol';

interface Node<T> {
  readonly children: Map<string, Node<T>>;
  /** The value of the pattern that ends here. */
  here: T | null;
  /** The value of the pattern that ends here with `**`. */
  rest: T | null;
}

/** The most topics whose match is cached. */
const MAX_CACHED = 10_000;

/**
 * The topic patterns that are followed in a tenant, as a tree of segments. A look-up visits only nodes that the topic can
 * reach, so unrelated patterns cost nothing. Its result is cached until a pattern is added or removed.
 */
export class TopicPatterns<T> {
  #root: Node<T> = newNode();
  readonly #cache = new Map<string, readonly T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Sets the value of a pattern; null removes the pattern. The pattern must be valid. */
  set(pattern: string, value: T | null): void {
    this.#cache.clear();
    const segments = parseTopicPattern(pattern) ?? [];
    const path: Node<T>[] = [this.#root];
    const isRest = segments.at(-1) === '**';
    for (const segment of isRest ? segments.slice(0, -1) : segments) {
      const node = path.at(-1)!;
      let child = node.children.get(segment);
      if (child === undefined) {
        child = newNode();
        node.children.set(segment, child);
      }
      path.push(child);
    }
    const end = path.at(-1)!;
    const before = isRest ? end.rest : end.here;
    if (isRest) end.rest = value;
    else end.here = value;
    this.#size += Number(value !== null) - Number(before !== null);
    if (value === null) prune(path, segments);
  }

  /** @returns the value of each pattern that matches the topic. */
  match(topic: string): readonly T[] {
    if (this.#size === 0) return [];
    let found = this.#cache.get(topic);
    if (found === undefined) {
      const collected: T[] = [];
      const segments = parseTopic(topic);
      if (segments !== null) collect(this.#root, segments, isReservedTopic(topic), collected);
      found = collected;
      if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
      this.#cache.set(topic, found);
    }
    return found;
  }
}

function newNode<T>(): Node<T> {
  return { children: new Map(), here: null, rest: null };
}

/** A pattern that begins with a wildcard does not match a reserved topic (P44). */
function collect<T>(root: Node<T>, segments: readonly string[], isReserved: boolean, found: T[]): void {
  const named = isReserved ? root.children.get(segments[0] ?? '') : root;
  if (named !== undefined) collectBelow(named, segments, isReserved ? 1 : 0, found);
}

function collectBelow<T>(node: Node<T>, segments: readonly string[], depth: number, found: T[]): void {
  const segment = segments[depth];
  if (segment === undefined) {
    if (node.here !== null) found.push(node.here);
    return;
  }
  if (node.rest !== null) found.push(node.rest);
  const exact = node.children.get(segment);
  if (exact !== undefined) collectBelow(exact, segments, depth + 1, found);
  const any = node.children.get('*');
  if (any !== undefined) collectBelow(any, segments, depth + 1, found);
}

/** Removes the empty nodes at the end of a path. */
function prune<T>(path: readonly Node<T>[], segments: readonly string[]): void {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const node = path[depth]!;
    if (node.children.size > 0 || node.here !== null || node.rest !== null) return;
    path[depth - 1]!.children.delete(segments[depth - 1]!);
  }
}
