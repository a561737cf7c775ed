import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { PROJECT_ROOT } from '../config/project.js';

/** One built file, and whether its name contains a hash of its content. */
interface PageFile {
  readonly path: string;
  readonly isHashed: boolean;
}

/** Vite adds a hash of the content to the names of bundled files, so these files never change. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.(js|css|woff2|svg|png|map)$/;

/** Links in notifications (`/approvals/tasks/<id>`). The pages have them after `#`. */
const APPROVAL_LINK = /^\/approvals\/(tasks|instances)\/([\w-]{1,64})$/;

/**
 * Serves the built pages. The list of files is read once, so requests for other paths do not access the disk and no request
 * can leave the directory.
 *
 * Browsers cache hashed files for a year. They revalidate the others (such as `/`), which answer 304 when unchanged.
 * Links to a task or a request redirect to its page with a relative URL, so a path prefix of a proxy is kept.
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

/** Output directory of the pages. */
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
