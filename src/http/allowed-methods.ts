import type { Application } from 'express';

/** The part of Express's router that knows its paths; its type declarations lack it. */
interface RouteLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/**
 * The methods that routes serve at this path, in upper case; empty for an unknown path. It distinguishes 405 from 404.
 * @param path as Express passes it, not decoded further.
 */
export function allowedMethods(app: Application, path: string): readonly string[] {
  const { stack } = app.router as unknown as { readonly stack: readonly RouteLayer[] };
  const methods = new Set<string>();
  for (const layer of stack) {
    if (!layer.route || !matches(layer, path)) continue;
    for (const [method, served] of Object.entries(layer.route.methods)) if (served) methods.add(method.toUpperCase());
  }
  methods.delete('_ALL');
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    // A path with broken percent-encoding matches nothing.
    return false;
  }
}
