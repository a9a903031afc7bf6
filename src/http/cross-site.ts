/**
 * Requests that another site may have made a browser send in its user's name. Only who is known by something that
 * browsers send by themselves, a cookie or an address, can be misused so: a field of an app's own cannot be forged.
 *
 * Browsers say where a request comes from in Fetch Metadata, older ones in `Origin`; who says neither is no browser
 * that could be misused. Origins under `server.cors.origins` are the operator's own.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { ClaimantConfig } from '../config/claimant-schema.js';
import type { Cors } from './cors.js';
import { isOwnForm } from './waiting-page/form-origin.js';

/** Whether `method` must not be done. A link from elsewhere may lead to a page, so navigation by GET may be. */
export function isCrossSite(
  method: string,
  headers: IncomingHttpHeaders,
  claimant: ClaimantConfig,
  cors: Cors,
): boolean {
  if (!goesAlong(claimant)) return false;
  const { origin } = headers;
  if (headers['sec-fetch-site'] === undefined && origin === undefined) return false;
  if (isOwnForm(headers) || (origin !== undefined && cors.lists(origin))) return false;
  const safe = method === 'GET' || method === 'HEAD';
  return !(safe && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

/** Whether browsers send by themselves what says who is asking. */
function goesAlong({ from, jwt }: ClaimantConfig): boolean {
  if (from === 'jwt') return jwt.token.startsWith('cookie:');
  return from !== 'header';
}
