/**
 * IP addresses in one spelling each: IPv4-mapped IPv6 as IPv4, IPv6 by RFC 5952. And the key they share a bucket
 * under: one IPv4 address, or one IPv6 /64, as the rest of an IPv6 address is its owner's to choose.
 */
import ipaddr from 'ipaddr.js';

export interface IpAddress {
  /** Canonical text. */
  readonly text: string;
  /** Canonical text of the address, or of its /64 (`2001:db8::/64`). */
  readonly key: string;
  readonly parsed: ipaddr.IPv4 | ipaddr.IPv6;
}

const MAX_CHARS = 64;

/**
 * The address in `text`, or null where it is none. Accepts four decimal parts and any IPv6 form; no octal,
 * hexadecimal or shortened IPv4, which readers disagree about. A zone (`%eth0`) is dropped.
 */
export function parseIpAddress(text: string): IpAddress | null {
  if (text.length > MAX_CHARS) return null;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return fromParsed(ipaddr.IPv4.parse(text));
  if (!text.includes(':')) return null;
  const zone = text.indexOf('%');
  const bare = zone === -1 ? text : text.slice(0, zone);
  if (!ipaddr.IPv6.isValid(bare)) return null;
  const address = ipaddr.IPv6.parse(bare);
  return fromParsed(address.isIPv4MappedAddress() ? address.toIPv4Address() : address);
}

function fromParsed(parsed: ipaddr.IPv4 | ipaddr.IPv6): IpAddress {
  if (parsed instanceof ipaddr.IPv4) {
    const text = parsed.toString();
    return { text, key: text, parsed };
  }
  const network = new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0]);
  return { text: parsed.toRFC5952String(), key: `${network.toRFC5952String()}/64`, parsed };
}

/**
 * An address of `X-Forwarded-For`: bare, or as some proxies write it with a port (`192.0.2.1:80`, `[2001:db8::1]:80`).
 * Null where it is none. A zone has no meaning for another host and is refused.
 */
export function parseForwardedAddress(entry: string): IpAddress | null {
  if (entry.includes('%')) return null;
  if (entry.startsWith('[')) {
    const match = /^\[([^\]]{1,64})\](?::\d{1,5})?$/.exec(entry);
    return match?.[1]?.includes(':') ? parseIpAddress(match[1]) : null;
  }
  const colon = entry.indexOf(':');
  const oneColon = colon !== -1 && colon === entry.lastIndexOf(':');
  if (!oneColon) return parseIpAddress(entry);
  return /^\d{1,5}$/.test(entry.slice(colon + 1)) ? parseIpAddress(entry.slice(0, colon)) : null;
}

/** Where an address comes from, for logs, which name nobody: an IPv4 /24 or an IPv6 /48; empty for what is no address. */
export function wideNetwork(text: string): string {
  const parsed = parseIpAddress(text)?.parsed;
  if (parsed === undefined) return '';
  if (parsed instanceof ipaddr.IPv4) return `${parsed.octets.slice(0, 3).join('.')}.0/24`;
  return `${new ipaddr.IPv6([...parsed.parts.slice(0, 3), 0, 0, 0, 0, 0]).toRFC5952String()}/48`;
}
