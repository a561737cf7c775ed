/**
 * The absolute address of a notification's link, or null if it is not `http(s)`. A sender could otherwise run
 * `javascript:` or `data:` addresses in the page.
 */
export function safeLink(link: string | null | undefined, base: string): string | null {
  if (link === null || link === undefined || link.trim() === '') return null;
  try {
    const url = new URL(link, base);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}
