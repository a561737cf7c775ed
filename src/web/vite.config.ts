import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the pages to `dist/web`. Addresses are relative, so the pages work behind any path prefix; nothing is inlined
 * (no `data:` address, no inline script), so that a policy of `default-src 'self'` is enough.
 */
export default defineConfig({
  root: here('.'),
  base: './',
  publicDir: here('./public'),
  build: {
    outDir: here('../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
  },
});
