/**
 * What a proxy does with each header field, by name. One table for both directions, so that no field can be
 * hop-by-hop on the way in and pass on the way out. A name is judged as CGI-like servers read it: case does not
 * count, and whatever is no letter or digit is `-` (neither `Spillway_Claimant` nor `Spillway.Claimant` must arrive as a
 * second `Spillway-Claimant`).
 */
export const FieldKind = {
  /** End to end: passes unchanged. */
  pass: 0,
  /** Hop-by-hop, or of a namespace that only the gateway may write. */
  drop: 1,
  connection: 2,
  contentLength: 3,
  forwardedFor: 4,
  forwardedProto: 5,
  forwardedHost: 6,
  forwarded: 7,
  /** A claim about where the request came from; believed from trusted proxies only. */
  otherForwarding: 8,
  traceparent: 9,
  tracestate: 10,
  idempotencyKey: 11,
  /** Means the next hop in a request, the sender in an answer; never the other side. */
  host: 12,
} as const;
export type FieldKind = (typeof FieldKind)[keyof typeof FieldKind];

/** RFC 9110, section 7.6.1. `TE` and `Trailer` go too: the relay does not carry trailer fields. */
const SPECIAL: ReadonlyArray<readonly [name: string, kind: FieldKind]> = [
  ['Connection', FieldKind.connection],
  ['Keep-Alive', FieldKind.drop],
  ['TE', FieldKind.drop],
  ['Trailer', FieldKind.drop],
  ['Transfer-Encoding', FieldKind.drop],
  ['Upgrade', FieldKind.drop],
  ['HTTP2-Settings', FieldKind.drop],
  ['Expect', FieldKind.drop],
  ['Host', FieldKind.host],
  ['Content-Length', FieldKind.contentLength],
  ['X-Forwarded-For', FieldKind.forwardedFor],
  ['X-Forwarded-Proto', FieldKind.forwardedProto],
  ['X-Forwarded-Host', FieldKind.forwardedHost],
  ['Forwarded', FieldKind.forwarded],
  ['X-Real-IP', FieldKind.otherForwarding],
  ['traceparent', FieldKind.traceparent],
  ['tracestate', FieldKind.tracestate],
  ['Idempotency-Key', FieldKind.idempotencyKey],
];

/** Names every client and service uses, answered without lower-casing. */
const COMMON: readonly string[] = [
  ...['Accept', 'Accept-Encoding', 'Accept-Language', 'Authorization', 'Cache-Control', 'Content-Encoding'],
  ...['Content-Type', 'Cookie', 'Origin', 'Referer', 'User-Agent', 'Sec-Fetch-Dest', 'Sec-Fetch-Mode'],
  ...[
    'Sec-Fetch-Site',
    'X-User-Id',
    'Date',
    'ETag',
    'Last-Modified',
    'Location',
    'Server',
    'Set-Cookie',
    'Vary',
    'Via',
  ],
];

const bySpelling = new Map<string, FieldKind>();
for (const name of COMMON) {
  bySpelling.set(name, FieldKind.pass).set(name.toLowerCase(), FieldKind.pass);
}
const byLowerName = new Map<string, FieldKind>();
for (const [name, kind] of SPECIAL) {
  bySpelling.set(name, kind).set(name.toLowerCase(), kind);
  byLowerName.set(name.toLowerCase(), kind);
}

/** How a field of this name is to be treated, in whatever spelling it came. */
export function fieldKind(name: string): FieldKind {
  return bySpelling.get(name) ?? kindOfRareSpelling(name);
}

function kindOfRareSpelling(name: string): FieldKind {
  const lower = name.toLowerCase();
  const dashed = folded(lower);
  const kind = byLowerName.get(dashed) ?? kindOfPrefix(dashed);
  return dashed !== lower && kind !== FieldKind.pass ? FieldKind.drop : kind;
}

/** As CGI-like servers read a name. @param lower - in small letters */
export function folded(lower: string): string {
  return ODD.test(lower) ? lower.replaceAll(/[^a-z0-9-]/g, '-') : lower;
}

const ODD = /[^a-z0-9-]/;

function kindOfPrefix(lower: string): FieldKind {
  if (lower.startsWith('spillway-') || lower.startsWith('proxy-')) return FieldKind.drop;
  if (lower.startsWith('x-forwarded-')) return FieldKind.otherForwarding;
  return FieldKind.pass;
}
