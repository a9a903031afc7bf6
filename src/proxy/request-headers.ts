/**
 * The way in for header fields: one pass from what the client sent to what the claim service sees. What always
 * holds: no hop-by-hop field and nothing of `Spillway-*` leaves as the client wrote it; ours are added after the
 * client's part is final, so nothing the client sends can remove or double them; `Host` is left to the
 * connection, which knows the target, and the length of a buffered body to the writer, which counts it.
 */
import { namesNoField, type ProtectedFields, removeNominated } from './connection-options.js';
import { type ForwardedFacts, forwarded, forwardedFor, isAuthority } from './forwarded.js';
import { FieldKind, fieldKind } from './header-fields.js';
import type { IdentityField } from './identity-field.js';
import { isTraceparent, newTraceparent } from './trace-context.js';

/**
 * @param raw - name, value, name, value … as the client sent them (`IncomingMessage.rawHeaders`)
 * @param streamed - the body is passed on as it comes: the client's `Content-Length` is kept
 * @param isProtected - fields `Connection` cannot remove, the claimant's header among them
 * @param identity - the claimant's header; null: none says who asks
 * @returns a new flat array of the same shape, for the hand-over
 */
export function requestHeaders(
  raw: readonly string[],
  facts: ForwardedFacts,
  streamed: boolean,
  isProtected: ProtectedFields,
  identity: IdentityField | null = null,
): string[] {
  const out: string[] = [];
  let nominations: string | null = null;
  let lengthSeen = !streamed;
  let chainFor: string | null = null;
  let chain: string | null = null;
  let proto: string | null = null;
  let host: string | null = null;
  let traceparent: string | null = null;
  let tracestate: string | null = null;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    const value = raw[at + 1]!;
    switch (fieldKind(name)) {
      case FieldKind.pass:
        if (identity === null || identity.lets(name, facts.trusted)) out.push(name, value);
        break;
      case FieldKind.drop:
      case FieldKind.host:
        break;
      case FieldKind.connection:
        if (!namesNoField(value)) nominations = joined(nominations, value);
        break;
      case FieldKind.contentLength:
        if (!lengthSeen) out.push(name, value);
        lengthSeen = true;
        break;
      case FieldKind.forwardedFor:
        if (facts.trusted) chainFor = joined(chainFor, value);
        break;
      case FieldKind.forwarded:
        if (facts.trusted) chain = joined(chain, value);
        break;
      case FieldKind.forwardedProto:
        if (facts.trusted) proto = value;
        break;
      case FieldKind.forwardedHost:
        if (facts.trusted && isAuthority(value)) host = value;
        break;
      case FieldKind.otherForwarding:
        if (facts.trusted) out.push(name, value);
        break;
      case FieldKind.traceparent:
        // Two of them name no trace at all.
        traceparent = traceparent === null ? value : '';
        break;
      case FieldKind.tracestate:
        tracestate = joined(tracestate, value);
        break;
      case FieldKind.idempotencyKey:
        if (facts.idempotencyKey === null) out.push(name, value);
        break;
    }
  }
  if (nominations !== null) removeNominated(out, 0, nominations, isProtected);
  out.push('X-Forwarded-For', forwardedFor(chainFor, facts), 'X-Forwarded-Proto', proto ?? facts.scheme);
  const authority = host ?? facts.host;
  if (authority !== null && isAuthority(authority)) out.push('X-Forwarded-Host', authority);
  out.push('Forwarded', forwarded(chain, facts), 'Via', '1.1 spillway');
  addTrace(out, traceparent, tracestate, facts);
  addIdentity(out, facts);
  return out;
}

/** Several lines of a list field are one list (RFC 9110, section 5.3). */
function joined(before: string | null, value: string): string | null {
  if (value === '') return before;
  return before === null ? value : `${before}, ${value}`;
}

/** The state of an invalid trace is worth nothing (W3C Trace Context, section 3.3.1). */
function addTrace(
  out: string[],
  parent: string | null,
  state: string | null,
  { requestId, traceparent = null }: ForwardedFacts,
): void {
  if (parent === null || !isTraceparent(parent)) {
    out.push('traceparent', traceparent ?? newTraceparent(requestId));
    return;
  }
  out.push('traceparent', traceparent ?? parent);
  if (state !== null) out.push('tracestate', state);
}

function addIdentity(out: string[], facts: ForwardedFacts): void {
  if (facts.claimant !== null) out.push('Spillway-Claimant', fieldSafe(facts.claimant));
  if (facts.campaign !== null) out.push('Spillway-Campaign', fieldSafe(facts.campaign));
  if (facts.idempotencyKey !== null) out.push('Idempotency-Key', facts.idempotencyKey);
}

/**
 * A name as a field value. Visible ASCII without `%` stands as it is; everything else is percent-encoded UTF-8
 * as a whole, so that `decodeURIComponent` gives back every name and no two names look the same.
 */
export function fieldSafe(name: string): string {
  if (/^[\x21-\x24\x26-\x7e]+$/.test(name)) return name;
  return encodeURIComponent(Buffer.from(name, 'utf8').toString('utf8'));
}
