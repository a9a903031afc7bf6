/**
 * Every refusal that Spillway itself gives, in one table. Codes and statuses are public: others script against
 * them, so a code may be added and none may change. RFC 9457 names the members.
 */

/** What one code always says. `detail` is the sentence for a client that is told nothing more exact. */
export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Type URI, where a registry has one for this; otherwise `urn:spillway:problem:<code>`. */
  readonly type?: string;
  /** Fields that go with every answer of this code. */
  readonly headers?: readonly string[];
}

/** The IANA registry "HTTP Problem Types"; draft-ietf-httpapi-ratelimit-headers-11, section 5, defines the two used. */
const IANA = 'https://iana.org/assignments/http-problem-types#';
const QUOTA_EXCEEDED = `${IANA}quota-exceeded`;
const REDUCED_CAPACITY = `${IANA}temporary-reduced-capacity`;

const define = <Code extends string>(table: Record<Code, ProblemDefinition>): Record<Code, ProblemDefinition> => table;

export const problemCodes = define({
  QUEUED: {
    status: 429,
    title: 'The campaign is busy; you have a place in line',
    detail: 'Keep the newest ticket and poll after pollAfterMs; with position 0 repeat the claim after pollAfterMs.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Request cannot be satisfied as assigned quota has been exceeded',
    detail: 'This claimant or address sent more than its limit allows; wait Retry-After.',
    type: QUOTA_EXCEEDED,
  },
  NOT_STARTED: { status: 403, title: 'The campaign has not started', detail: 'Come back when the campaign opens.' },
  ENDED: { status: 410, title: 'The campaign has ended', detail: 'No further claim will be accepted.' },
  SOLD_OUT: {
    status: 410,
    title: 'The campaign is sold out',
    detail: 'Nothing is left; no further claim can succeed.',
  },
  CLAIM_IN_PROGRESS: {
    status: 409,
    title: 'The same claim is being served',
    detail: 'This claim is at the service now; repeat it after Retry-After for its answer.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    title: 'Idempotency-Key is missing',
    detail: 'This route needs an Idempotency-Key field.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'Idempotency-Key is already used',
    detail: 'This Idempotency-Key was used with another payload; send the first payload, or a new key.',
  },
  CLAIM_OF_ANOTHER: {
    status: 409,
    title: 'The claim was made with other credentials',
    detail: 'The stored answer is given only to a request with the credentials of the first.',
  },
  TICKET_INVALID: {
    status: 400,
    title: 'The ticket is not valid',
    detail: 'The ticket is altered, or belongs to another campaign or claimant; drop it and claim again.',
  },
  TICKET_OUTDATED: {
    status: 410,
    title: 'The ticket is outdated',
    detail: 'The line was started anew after this ticket; drop it and claim again.',
  },
  TICKET_UNKNOWN: {
    status: 404,
    title: 'No place in line',
    detail: 'This claimant has no place in this line; claim, or ask for a ticket.',
  },
  CLAIMANT_UNKNOWN: {
    status: 401,
    title: 'Nobody is known to ask',
    detail: 'The request carries no usable identity; sign in and repeat it.',
    // RFC 9110, section 15.5.2: a 401 must carry a challenge. No browser knows this scheme, so none opens a dialogue.
    headers: ['WWW-Authenticate', 'Claimant'],
  },
  DEVICE_NEEDED: {
    status: 401,
    title: 'The device is not known yet',
    detail: 'Keep the cookie of this answer and repeat the request.',
    headers: ['WWW-Authenticate', 'Claimant'],
  },
  IDENTITY_UNAVAILABLE: {
    status: 503,
    title: 'The identity cannot be verified now',
    detail: 'What verifies who is asking cannot be reached; wait Retry-After and repeat the request.',
  },
  CROSS_SITE: {
    status: 403,
    title: 'Another site asked in the name of its visitor',
    detail:
      'The request comes from a page of another origin; list the origin under server.cors.origins if it is yours.',
  },
  ADDRESS_BANNED: {
    status: 429,
    title: 'The address is banned for a while',
    detail: 'Too much came from this address that no honest client sends; wait Retry-After.',
  },
  OVERLOADED: {
    status: 503,
    title: 'Request cannot be satisfied due to temporary server capacity constraints',
    detail: 'More claims arrive than can be taken now; wait Retry-After.',
    type: REDUCED_CAPACITY,
  },
  QUEUE_FULL: {
    status: 503,
    title: 'The line is full',
    detail: 'No more people can wait now; wait Retry-After.',
    type: REDUCED_CAPACITY,
  },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'The store is unavailable',
    detail: 'The claim cannot be decided now; wait Retry-After.',
  },
  UPSTREAM_UNAVAILABLE: {
    status: 503,
    title: 'The service is unavailable',
    detail: 'The service behind could not be reached; repeat the claim.',
  },
  UPSTREAM_TIMEOUT: {
    status: 504,
    title: 'The service did not answer in time',
    detail: 'The service behind did not answer in time; repeat the claim.',
  },
  UPSTREAM_INVALID: {
    status: 502,
    title: 'The service gave no valid answer',
    detail: 'The service behind did not answer in valid HTTP; repeat the claim.',
  },
  NO_ROUTE: { status: 404, title: 'No such route', detail: 'No campaign serves this path.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This path does not take this method; Allow lists those it takes.',
  },
  REQUEST_INVALID: { status: 400, title: 'The request is not valid', detail: 'The request is malformed or ambiguous.' },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request took too long',
    detail: 'The request did not arrive whole within the time allowed.',
  },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', detail: 'The body is larger than this route takes.' },
  URI_TOO_LONG: {
    status: 414,
    title: 'The request target is too long',
    detail: 'Request targets may have 8,000 octets.',
  },
  EXPECTATION_FAILED: {
    status: 417,
    title: 'Expectation failed',
    detail: 'The only expectation that can be met is 100-continue.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'Request header fields too large',
    detail: 'Request line and header fields may have 16 KiB together.',
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Internal error',
    detail: 'The gateway failed; the operator finds the cause under this request id.',
  },
});

export type ProblemCode = keyof typeof problemCodes;

/** The type URI of a code: the registered one, or Spillway's own, which names and does not locate. */
export function problemType(code: ProblemCode): string {
  return problemCodes[code].type ?? `urn:spillway:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}
