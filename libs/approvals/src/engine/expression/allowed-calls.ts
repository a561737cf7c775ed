import type { ASTNode } from '@marcbachmann/cel-js';

/** Macros that loop over a list. They cannot be nested, because the cost of nested loops is quadratic or worse. */
const LIST_MACROS = new Set(['all', 'exists', 'exists_one', 'filter']);

/**
 * The other functions that a condition can call. Left out on purpose: `matches` (a regular expression can take exponential
 * time), `cel.bind` and `map` (they can build values that grow without limit), and time (a condition must give the same
 * answer whenever it is evaluated).
 */
const FUNCTIONS = new Set([
  'has',
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'lowerAscii',
  'upperAscii',
  'trim',
  'string',
  'int',
  'double',
]);

/** Finds a call that a condition cannot make. @returns why it is refused; undefined when every call is allowed. */
export function faultOfCalls(node: ASTNode, insideMacro = false): string | undefined {
  let inside = insideMacro;
  if (node.op === 'call' || node.op === 'rcall') {
    const name = node.args[0];
    if (LIST_MACROS.has(name)) {
      if (insideMacro) return `${name}() is inside another loop over a list. Use two conditions or flatten the list.`;
      inside = true;
    } else if (!FUNCTIONS.has(name)) {
      return `${name}() cannot be used in a condition; allowed are ${[...FUNCTIONS, ...LIST_MACROS].join(', ')}.`;
    }
  }
  for (const child of childrenOf(node.args)) {
    const fault = faultOfCalls(child, inside);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
