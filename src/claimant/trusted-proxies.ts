/** The proxies in front: the only ones whose word about a client counts. */
import type ipaddr from 'ipaddr.js';
import type { IpAddress } from './ip-address.js';
import { parseIpAddress } from './ip-address.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

export class TrustedProxies {
  readonly #ranges: readonly Range[];

  /**
   * @param cidrs - `192.0.2.0/24`, `2001:db8::/32`, or single addresses
   * @throws RangeError naming the entry, when it is no range, or holds every address there is
   */
  constructor(cidrs: readonly string[]) {
    this.#ranges = cidrs.map(parseRange);
  }

  trusts(address: IpAddress): boolean {
    const { parsed } = address;
    for (const [network, bits] of this.#ranges) {
      if (parsed.kind() === network.kind() && parsed.match(network, bits)) return true;
    }
    return false;
  }
}

function parseRange(cidr: string): Range {
  const [text = '', bitsText, ...rest] = cidr.split('/');
  const address = parseIpAddress(text);
  const bits = bitsText === undefined ? null : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  if (address === null || rest.length > 0) throw new RangeError(`${cidr} is no address range`);
  // An IPv4-mapped range counts its bits from the start of the IPv6 address.
  const mapped = text.includes(':') && address.parsed.kind() === 'ipv4';
  const longest = address.parsed.kind() === 'ipv4' ? 32 : 128;
  const own = bits === null ? longest : mapped ? bits - 96 : bits;
  if (!(own >= 0 && own <= longest)) throw new RangeError(`${cidr} is no address range`);
  if (own === 0) throw new RangeError(`${cidr} trusts everyone; list the proxies in front`);
  return [address.parsed, own];
}
