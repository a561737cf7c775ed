const APPROVAL = /^approvals\/(tasks|instances)\/([\w-]{1,64})\/?$/;

/**
 * Turns a link to one of the pages into its in-page address (`#/approvals/…`), which opens without a page load.
 * Returns null for every other link.
 */
export function appLink(link: string | null | undefined, base: string): string | null {
  if (link === null || link === undefined || link === '') return null;
  try {
    const url = new URL(link, base);
    const home = new URL('./', base);
    if (url.origin !== home.origin) return null;
    // Senders write `/approvals/…` and do not know the path prefix of the service.
    const path = url.pathname.startsWith(home.pathname)
      ? url.pathname.slice(home.pathname.length)
      : url.pathname.slice(1);
    const found = APPROVAL.exec(path);
    return found === null ? null : `#/approvals/${found[1]}/${found[2]}`;
  } catch {
    return null;
  }
}
