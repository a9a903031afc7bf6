/** Who sent the request and how, as the fields a proxy adds: `X-Forwarded-*` and RFC 7239 `Forwarded`. */

/** What the gateway knows of one request when it hands it over. */
export interface ForwardedFacts {
  /** Address of the other end of the connection; null when the socket no longer tells. */
  readonly peerAddress: string | null;
  /** Address of the client as the trusted proxies tell it; the peer's own where there is none. */
  readonly clientAddress: string | null;
  /** Whether the peer is a trusted proxy: only then is what it says about the way so far carried on. */
  readonly trusted: boolean;
  readonly scheme: 'http' | 'https';
  /** The authority the client asked for; null when it is missing or unusable. */
  readonly host: string | null;
  /** Who claims; null on routes that ask nobody. */
  readonly claimant: string | null;
  readonly campaign: string | null;
  /** Replaces whatever key the client sent; null leaves the client's in place. */
  readonly idempotencyKey: string | null;
  readonly requestId: string;
  /** Names the span that the service's own are part of; left out or null: the client's, or a new one. */
  readonly traceparent?: string | null;
}

/** IPv4 in its IPv6 coat becomes plain IPv4; nothing known becomes `unknown` (RFC 7239, section 6.2). */
export function plainAddress(address: string | null): string {
  if (address === null || address === '') return 'unknown';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** A node identifier of RFC 7239, section 6: IPv6 in brackets and quotes, a zone index left out. */
function node(address: string): string {
  if (!address.includes(':')) return address;
  const zone = address.indexOf('%');
  return `"[${zone < 0 ? address : address.slice(0, zone)}]"`;
}

/** `address` at the end of a chain; a missing chain begins with the client where the peer is not the client. */
export function forwardedFor(chain: string | null, facts: ForwardedFacts): string {
  const peer = plainAddress(facts.peerAddress);
  if (chain !== null) return `${chain}, ${peer}`;
  const client = clientBehind(facts, peer);
  return client === null ? peer : `${client}, ${peer}`;
}

/** One `Forwarded` element for this hop, after those of the hops before. */
export function forwarded(chain: string | null, facts: ForwardedFacts): string {
  const peer = plainAddress(facts.peerAddress);
  const host = facts.host !== null && isAuthority(facts.host) ? `;host=${quoted(facts.host)}` : '';
  const element = `for=${node(peer)}${host};proto=${facts.scheme}`;
  if (chain !== null) return `${chain}, ${element}`;
  const client = clientBehind(facts, peer);
  return client === null ? element : `for=${node(client)}, ${element}`;
}

/** The characters of a host and port; anything else could end a quoted string early. */
export function isAuthority(host: string): boolean {
  return /^[A-Za-z0-9._~:[\]-]+$/.test(host);
}

function clientBehind(facts: ForwardedFacts, peer: string): string | null {
  if (!facts.trusted || facts.clientAddress === null) return null;
  const client = plainAddress(facts.clientAddress);
  return client === peer ? null : client;
}

function quoted(host: string): string {
  return host.includes(':') ? `"${host}"` : host;
}
