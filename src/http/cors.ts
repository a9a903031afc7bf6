/**
 * Cross-origin access for browsers (Fetch standard, section 3.2), as configured: without origins, nothing at all.
 * Listed origins may send credentials, as tickets and identities travel in cookies; `*` may not, as browsers demand.
 * Fields are built once an origin and shared, so none may change the arrays handed out.
 */
import type { IncomingHttpHeaders } from 'node:http';

const EXPOSED = [
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Spillway-Code',
  'Spillway-Ticket',
  'Idempotency-Replayed',
].join(', ');
const PREFLIGHT_AGE_SECONDS = 7200;
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
const MAX_REQUESTED_HEADERS_CHARS = 2048;
const OTHER_ORIGIN = /^[a-z][a-z0-9+.-]{0,31}:\/\/[A-Za-z0-9.:_-]{1,255}$/;
const NOTHING: readonly string[] = Object.freeze([]);

export class Cors {
  readonly #anyOrigin: readonly string[] | null;
  readonly #fields = new Map<string, readonly string[]>();
  readonly #unlisted: readonly string[];

  /**
   * @param origins - serialised origins (`https://shop.example`), or `*` for any
   * @throws RangeError when an entry is no origin
   */
  constructor(origins: readonly string[]) {
    for (const origin of origins) if (origin !== '*') this.#fields.set(checked(origin), credentialed(origin));
    this.#anyOrigin = origins.includes('*')
      ? Object.freeze(['Access-Control-Allow-Origin', '*', 'Access-Control-Expose-Headers', EXPOSED])
      : null;
    this.#unlisted = this.#fields.size > 0 ? Object.freeze(['Vary', 'Origin']) : NOTHING;
  }

  /**
   * Fields for an answer, names and values in turn. They vary by origin also for requests without one, or a cache
   * would give a browser what it stored for another.
   */
  fields(origin: string | undefined): readonly string[] {
    const listed = origin === undefined ? undefined : this.#fields.get(origin);
    if (listed !== undefined) return listed;
    if (this.#anyOrigin === null) return this.#unlisted;
    return this.#unlisted === NOTHING ? this.#anyOrigin : [...this.#anyOrigin, ...this.#unlisted];
  }

  /**
   * Fields of the 204 that answers a preflight, or null where the request is none (or CORS is off) and goes on as
   * any OPTIONS. An origin that is not listed gets no permission, and its browser stops there.
   * @param methods - those of the path asked for, e.g. from the matcher
   */
  preflight(method: string | undefined, headers: IncomingHttpHeaders, methods: readonly string[]): string[] | null {
    const origin = headers.origin;
    const asked = headers['access-control-request-method'];
    if (method !== 'OPTIONS' || origin === undefined || asked === undefined || !this.#enabled) return null;
    const answer = ['Vary', PREFLIGHT_VARY, 'Cache-Control', 'no-store'];
    const listed = this.#fields.has(origin);
    if (!listed && this.#anyOrigin === null) return answer;
    answer.push('Access-Control-Allow-Origin', listed ? origin : '*');
    if (listed) answer.push('Access-Control-Allow-Credentials', 'true');
    answer.push('Access-Control-Allow-Methods', methods.join(', '));
    const names = headers['access-control-request-headers'];
    if (names !== undefined && isTokenList(names)) answer.push('Access-Control-Allow-Headers', names);
    answer.push('Access-Control-Max-Age', String(PREFLIGHT_AGE_SECONDS));
    return answer;
  }

  /** Whether `origin` is one of those configured by name. */
  lists(origin: string): boolean {
    return this.#fields.has(origin);
  }

  get #enabled(): boolean {
    return this.#anyOrigin !== null || this.#fields.size > 0;
  }
}

function credentialed(origin: string): readonly string[] {
  return Object.freeze([
    ...['Access-Control-Allow-Origin', origin, 'Access-Control-Allow-Credentials', 'true'],
    ...['Access-Control-Expose-Headers', EXPOSED, 'Vary', 'Origin'],
  ]);
}

/** Apps in a web view have schemes of their own (`capacitor://localhost`), whose origin WHATWG URL calls opaque. */
function checked(origin: string): string {
  const web = /^https?:/i.test(origin);
  const valid = web ? URL.canParse(origin) && new URL(origin).origin === origin : OTHER_ORIGIN.test(origin);
  if (valid) return origin;
  throw new RangeError(`${JSON.stringify(origin)} is no origin; write scheme and host only, as https://shop.example`);
}

/** What comes back in a field of ours is checked, though a browser would send nothing else. */
function isTokenList(names: string): boolean {
  return names.length <= MAX_REQUESTED_HEADERS_CHARS && /^[A-Za-z0-9!#$%&'*+.^_`|~, -]+$/.test(names);
}
