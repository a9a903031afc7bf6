/** Where a page sends people back to: paths of their own campaign on this origin, and nothing else. */

/** Printable ASCII without what HTML, a backslash-minded browser or a header could read otherwise. */
const PLAIN = /^\/(?!\/)[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*(?:\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?$/;
const MOST_CHARS = 1024;

/**
 * @param wanted - what the request asks for, decoded once
 * @param ofCampaign - whether a path, without its query, is one that the campaign serves by GET
 * @returns a path with its query, beginning with exactly one slash; `otherwise` where `wanted` is anything else
 */
export function returnPath(
  wanted: string | null | undefined,
  ofCampaign: (path: string) => boolean,
  otherwise: string | null = null,
): string | null {
  if (wanted == null || !isLocalPath(wanted)) return otherwise;
  const [path] = wanted.split('?', 1) as [string];
  return ofCampaign(path) ? wanted : otherwise;
}

/** Whether a browser stays on this origin, at this very path, when it follows `text`. */
export function isLocalPath(text: string): boolean {
  if (text.length > MOST_CHARS || !PLAIN.test(text)) return false;
  const url = URL.canParse(text, 'http://origin.invalid') ? new URL(text, 'http://origin.invalid') : null;
  // A path that a browser would shorten (`/a/../b`, `/%2e%2e/b`) is another path than the one that was judged.
  return url !== null && url.origin === 'http://origin.invalid' && url.pathname === text.split('?', 1)[0];
}
