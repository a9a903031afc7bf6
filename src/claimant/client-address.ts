/**
 * The address of the client, behind listed proxies only. `X-Forwarded-For` is read from the right: each entry was
 * written by whoever stands to its right, so an entry counts only as long as all to its right are listed. Whatever a
 * client writes there itself stands further left than the first address that is not listed, and is never reached.
 */
import { BoundedCache } from '../kernel/bounded-cache.js';
import { type IpAddress, parseForwardedAddress, parseIpAddress } from './ip-address.js';
import { TrustedProxies } from './trusted-proxies.js';

export interface ClientAddress {
  /** Canonical text; `unknown` where the connection has no address. */
  readonly text: string;
  /** What addresses share a bucket by: the IPv4 address, or the IPv6 /64. */
  readonly key: string;
  /** Whether the peer of the connection is a listed proxy: only then its fields about the client count. */
  readonly fromTrustedPeer: boolean;
}

interface Known {
  readonly address: IpAddress;
  readonly trusted: boolean;
}

const UNKNOWN: ClientAddress = Object.freeze({ text: 'unknown', key: 'unknown', fromTrustedPeer: false });
const CACHED_ADDRESSES = 4096;
/** More proxies in a row than anybody has: beyond, the walk stops. */
const MAX_HOPS = 32;

export class ClientAddresses {
  readonly #proxies: TrustedProxies;
  /** Answers for peers without trusted fields: the peer is the client. */
  readonly #peers = new BoundedCache<ClientAddress>(CACHED_ADDRESSES);
  readonly #known = new BoundedCache<Known>(CACHED_ADDRESSES);

  /** @throws RangeError when an entry of `trustProxy` is no range, or holds every address */
  constructor(trustProxy: readonly string[]) {
    this.#proxies = new TrustedProxies(trustProxy);
  }

  /**
   * @param peer - `socket.remoteAddress`
   * @param forwardedFor - all `X-Forwarded-For` fields, joined by commas, as Node gives them
   */
  resolve(peer: string | undefined, forwardedFor: string | undefined): ClientAddress {
    if (peer === undefined) return UNKNOWN;
    const direct = this.#peers.get(peer) ?? this.#addPeer(peer);
    if (!direct.fromTrustedPeer || forwardedFor === undefined) return direct;
    return this.#walk(direct, forwardedFor);
  }

  /** Whether `text`, an address in its canonical spelling, is one of the listed proxies. */
  trusts(text: string): boolean {
    return this.#know(text)?.trusted === true;
  }

  #walk(direct: ClientAddress, forwardedFor: string): ClientAddress {
    let nearest: IpAddress | null = null;
    let end = forwardedFor.length;
    for (let hop = 0; hop < MAX_HOPS && end >= 0; hop++) {
      const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1);
      const known = this.#know(forwardedFor.slice(comma + 1, end).trim());
      if (known === null) break;
      nearest = known.address;
      if (!known.trusted) break;
      end = comma;
    }
    return nearest === null ? direct : { text: nearest.text, key: nearest.key, fromTrustedPeer: true };
  }

  #addPeer(peer: string): ClientAddress {
    const address = parseIpAddress(peer);
    const resolved =
      address === null
        ? UNKNOWN
        : Object.freeze({ text: address.text, key: address.key, fromTrustedPeer: this.#proxies.trusts(address) });
    this.#peers.set(peer, resolved);
    return resolved;
  }

  #know(entry: string): Known | null {
    const cached = this.#known.get(entry);
    if (cached !== undefined) return cached;
    const address = parseForwardedAddress(entry);
    if (address === null) return null;
    const known = { address, trusted: this.#proxies.trusts(address) };
    this.#known.set(entry, known);
    return known;
  }
}
