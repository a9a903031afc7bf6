/** Addresses as they stand in a configuration: which are this machine's own, and how much of the world a CIDR covers. */
import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Cidr {
  readonly family: 4 | 6;
  readonly prefixLength: number;
  /** The first address of the range, in the shortest spelling. */
  readonly network: string;
}

/** Whether only this machine can reach a listener on `host`. A host name other than localhost could be anything. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return (isIPv4(bare) || isIPv6(bare)) && ipaddr.process(bare).range() === 'loopback';
}

/** Whether a listener on `host` hears every address of the machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || /^\[?[0:]+\]?$/.test(host);
}

/**
 * A CIDR, or a single address. An IPv4 range in IPv6 clothes (`::ffff:0:0/96`) is the IPv4 range it means.
 * @returns undefined for anything else, such as a host name, a short IPv4 form or a zone
 * @see RFC 4632, section 3.1; RFC 4291, sections 2.3 and 2.5.5.2
 */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIPv4(address) ? 4 : isIPv6(address) && !address.includes('%') ? 6 : undefined;
  if (family === undefined || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
  const widest = family === 4 ? 32 : 128;
  const prefixLength = prefix === undefined ? widest : Number(prefix);
  if (prefixLength > widest) return undefined;
  if (family === 4) {
    return {
      family,
      prefixLength,
      network: ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefixLength}`).toString(),
    };
  }
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefixLength}`);
  if (prefixLength >= 96 && network.isIPv4MappedAddress()) {
    return { family: 4, prefixLength: prefixLength - 96, network: network.toIPv4Address().toString() };
  }
  return { family, prefixLength, network: network.toString() };
}

/** Wider than any one organisation's own network: 10.0.0.0/8 and fc00::/7 are the widest private ones. */
export function isTooBroad({ family, prefixLength, network }: Cidr): boolean {
  if (family === 4) return prefixLength < 8;
  return prefixLength < 16 ? !(prefixLength >= 7 && /^f[cd]/.test(network)) : coversAllIpv4(prefixLength, network);
}

/** Short prefixes of zeroes reach over ::ffff:0:0/96, and with it over every IPv4 address. */
function coversAllIpv4(prefixLength: number, network: string): boolean {
  const mapped = ipaddr.IPv6.parse('::ffff:0:0');
  return prefixLength <= 96 && mapped.match(ipaddr.IPv6.parse(network), prefixLength);
}
