import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { PROJECT_ROOT } from '../config/project.js';

/** One built file: where it is, and whether its name changes with its content. */
interface PageFile {
  readonly path: string;
  readonly isHashed: boolean;
}

/** Vite puts a hash of the content into the names of what it bundles: such a file never changes. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.(js|css|woff2|svg|png|map)$/;

/** Links that notifications carry (`/approvals/tasks/<id>`): the page keeps them behind its `#`. */
const APPROVAL_LINK = /^\/approvals\/(tasks|instances)\/([\w-]{1,64})$/;

/**
 * Serves the built pages. The list of files is read once, so a request for anything else costs no look at the disk and
 * no request can leave the directory.
 *
 * Hashed files are kept for a year; the others (`/` first of all) are asked for again each time, answered with 304 when
 * unchanged. Links to a task or a request are sent on to the page that shows it, relative, so that a path prefix in front
 * of the service stays.
 *
 * @param directory the output of the pages' build.
 * @returns null when the pages were not built.
 */
export function pages(directory: string): RequestHandler | null {
  if (!existsSync(join(directory, 'index.html'))) return null;
  const files = filesBelow(directory);
  return (request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const link = APPROVAL_LINK.exec(request.path);
    if (link) return response.redirect(302, `../../#/approvals/${link[1]}/${link[2]}`);
    const file = files.get(request.path);
    if (!file) return next();
    response.sendFile(file.path, {
      cacheControl: false,
      dotfiles: 'allow',
      headers: { 'Cache-Control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache' },
    });
  };
}

/** Where `npm run build` puts the pages. */
export const BUILT_PAGES = join(PROJECT_ROOT, 'dist', 'web');

function filesBelow(directory: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, name);
    if (!statSync(path).isFile()) continue;
    const url = `/${relative(directory, path).split(sep).join('/')}`;
    files.set(url, { path, isHashed: HASHED.test(url) });
    if (url === '/index.html') files.set('/', { path, isHashed: false });
  }
  return files;
}
