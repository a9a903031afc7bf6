/** Who may say where a request comes from, and which sites may call. */
import { isTooBroad, parseCidr } from '../network-address.js';
import type { Rule } from '../rule.js';
import type { Config } from '../schema.js';

const EVERYONE = new Set(['*', 'true', 'all', 'any', 'everyone']);

export const TRUST_EVERYONE = {
  id: 'trust-everyone',
  verdict: 'refused',
  problem: 'This trusts everybody to name their own address and claimant: anyone could claim as anyone.',
  cure: 'List only the networks of your own proxies, e.g. [10.0.0.0/8]; leave it empty when there is no proxy.',
  /** Also for values of the wrong type, which never get as far as `find`. */
  matches: (value: unknown): boolean => value === true || (typeof value === 'string' && isEveryone(value)),
  *find(config: Config) {
    for (const [index, value] of config.server.trustProxy.entries()) {
      if (isEveryone(value)) yield { path: ['server', 'trustProxy', index], value };
    }
  },
} as const satisfies Rule & { matches: (value: unknown) => boolean };

function isEveryone(text: string): boolean {
  const cidr = parseCidr(text.trim());
  return EVERYONE.has(text.trim().toLowerCase()) || (cidr !== undefined && isTooBroad(cidr));
}

const proxyNotCidr: Rule = {
  id: 'proxy-not-cidr',
  verdict: 'refused',
  problem: 'This is neither an address nor a CIDR range.',
  cure: 'Give the network of the proxy, e.g. 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32; names are not resolved.',
  *find(config) {
    for (const [index, value] of config.server.trustProxy.entries()) {
      const known = parseCidr(value) !== undefined || isEveryone(value);
      if (!known) yield { path: ['server', 'trustProxy', index], value };
    }
  },
};

const corsEveryone: Rule = {
  id: 'cors-everyone',
  verdict: 'refused',
  problem: 'This lets every web site on earth claim in the name of whoever visits it.',
  cure: 'List the origins of your own sites, e.g. [https://shop.example].',
  *find(config) {
    for (const [index, value] of config.server.cors.origins.entries()) {
      if (value === '*' || value === 'null') yield { path: ['server', 'cors', 'origins', index], value };
    }
  },
};

const corsNotOrigin: Rule = {
  id: 'cors-not-origin',
  verdict: 'refused',
  problem: 'This is not an origin as browsers send it, so it would never match.',
  cure: 'Give scheme, host and, where it is not the usual one, port: https://shop.example, without a path or slash.',
  *find(config) {
    for (const [index, value] of config.server.cors.origins.entries()) {
      if (value === '*' || value === 'null') continue;
      const origin = originOf(value);
      if (origin === value) continue;
      const path = ['server', 'cors', 'origins', index];
      yield origin === undefined ? { path, value } : { path, value, cure: `Write ${origin}.` };
    }
  },
};

/** @see RFC 6454, section 6.2 */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, protocol } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? origin : undefined;
}

export const trustRules: readonly Rule[] = [TRUST_EVERYONE, proxyNotCidr, corsEveryone, corsNotOrigin];
