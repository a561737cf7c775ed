/** One fault of a form or definition: an entry of `errors[]` in a problem document. */
export interface Fault {
  /** JSON path inside the checked value: `nodes[3].quorum.count`, `amount`, or `''` for the whole value. */
  readonly path: string;
  /** What is wrong, and the remedy. */
  readonly message: string;
}

/** Appends a field name or an index to a JSON path. */
export function joinPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}
