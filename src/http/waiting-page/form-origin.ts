/**
 * Whether a form was sent by a page of this origin, so that no other site joins or leaves in somebody's name. Browsers
 * say so in `Sec-Fetch-Site` (Fetch Metadata), older ones in `Origin`; who says neither is no browser that could be
 * misused.
 */
export function isOwnForm(headers: {
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host?.toLowerCase();
}
