/**
 * The address behind a notification's link, if a person may be sent there: `http(s)` and addresses of the page's own
 * site. `javascript:`, `data:` and whatever else a sender thinks of are not links here.
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
