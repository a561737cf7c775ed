import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the pages to `dist/web`. Addresses are relative, so the pages work under any path prefix. Nothing is inlined
 * (no `data:` addresses, no inline scripts), so the policy `default-src 'self'` is enough.
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
