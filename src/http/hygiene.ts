/**
 * Hygiene: a request that could be read in two ways is refused before anything else looks at it. One pass over the
 * target (`request-target.ts`), one over the names of the fields.
 *
 * Refused in the header: no, several or odd `Host` (RFC 9112, section 3.2), a `Transfer-Encoding` other than one
 * `chunked`, versions other than HTTP/1.0 and 1.1. What Node's parser refuses itself, as two lengths or two framings
 * of a body, is answered in `client-error.ts`.
 */
import { type HygieneVerdict, invalid, judgeTarget, type Refusal } from './request-target.js';

/** What hygiene reads of a request; `http.IncomingMessage` has it. */
export interface RawRequest {
  readonly url?: string | undefined;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
}

const VERSION = invalid('Only HTTP/1.0 and HTTP/1.1 are spoken here.');
const HOST_MISSING = invalid('The Host field is missing.');
const HOST_DUPLICATE = invalid('The Host field stands more than once.');
const HOST_ODD = invalid('The Host field is not a host with an optional port.');
const TRANSFER_CODING = invalid('The only Transfer-Encoding taken is chunked, once, and in HTTP/1.1.');

/** Host and port hold only these characters in any use of the web; user information, lists and paths hold others. */
const HOST = /^[A-Za-z0-9._~:[\]-]{1,255}$/;

/** Judges target and header. */
export function judgeRequest(request: RawRequest): HygieneVerdict {
  return judgeHeader(request) ?? judgeTarget(request.url ?? '');
}

function judgeHeader(request: RawRequest): Refusal | null {
  const { rawHeaders, httpVersion } = request;
  const current = httpVersion === '1.1';
  if (!current && httpVersion !== '1.0') return VERSION;
  let hosts = 0;
  let codings = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') {
      if (++hosts > 1) return HOST_DUPLICATE;
      if (!HOST.test(rawHeaders[i + 1] as string)) return HOST_ODD;
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      const chunked = (rawHeaders[i + 1] as string).toLowerCase() === 'chunked';
      if (!chunked || !current || ++codings > 1) return TRANSFER_CODING;
    }
  }
  return current && hosts === 0 ? HOST_MISSING : null;
}
