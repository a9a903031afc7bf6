/** Identities that somebody else signs: tokens and cookies. */
import type { ClaimantConfig } from '../claimant-schema.js';
import { isLoopback } from '../network-address.js';
import type { Path } from '../path.js';
import type { Rule } from '../rule.js';
import type { Config } from '../schema.js';

function* claimantsFrom({ campaigns }: Config, from: ClaimantConfig['from']) {
  for (const [index, { claimant }] of campaigns.entries()) {
    if (claimant.from !== from) continue;
    const path: Path = ['campaigns', index, 'claimant'];
    yield { claimant, path };
  }
}

const isShared = (algorithm: string): boolean => algorithm.startsWith('HS');

const mixed: Rule = {
  id: 'jwt-algorithms-mixed',
  verdict: 'refused',
  problem: 'Shared secrets (HS*) and public keys together: whoever knows a public key could try it as a secret.',
  cure: 'Take either HS* or the other algorithms.',
  *find(config) {
    for (const { claimant, path } of claimantsFrom(config, 'jwt')) {
      const { algorithms } = claimant.jwt;
      if (algorithms.some(isShared) && !algorithms.every(isShared)) {
        yield { path: [...path, 'jwt', 'algorithms'], value: algorithms };
      }
    }
  },
};

const withoutKeys: Rule = {
  id: 'claimant-without-keys',
  verdict: 'refused',
  problem: 'Nothing is given to verify signatures with, so nobody could be known.',
  cure: 'Give claimant.keys for signed cookies and HS*, jwt.jwksUrl or jwt.jwksFile for all other tokens.',
  *find(config) {
    for (const from of ['signed-cookie', 'jwt'] as const) {
      for (const { claimant, path } of claimantsFrom(config, from)) {
        const { jwt, keys } = claimant;
        const shared = from === 'signed-cookie' || jwt.algorithms.every(isShared);
        const known = shared ? keys.length > 0 : jwt.jwksUrl !== null || jwt.jwksFile !== null;
        const compared = [
          [...path, 'keys'],
          [...path, 'jwt'],
        ];
        if (!known) yield { path: [...path, 'from'], value: from, compared };
      }
    }
  },
};

const twoSets: Rule = {
  id: 'jwt-keys-twice',
  verdict: 'refused',
  problem: 'Both jwksUrl and jwksFile are given; only one can be the source of the public keys.',
  cure: 'Keep one of them.',
  *find(config) {
    for (const { claimant, path } of claimantsFrom(config, 'jwt')) {
      const { jwksUrl, jwksFile } = claimant.jwt;
      if (jwksUrl !== null && jwksFile !== null) yield { path: [...path, 'jwt', 'jwksFile'], value: jwksFile };
    }
  },
};

const inTheClear: Rule = {
  id: 'jwks-in-the-clear',
  verdict: 'refused',
  problem: 'Who can change the answer on its way decides who everybody is.',
  cure: 'Use an https address, or one of this machine.',
  *find(config) {
    for (const { claimant, path } of claimantsFrom(config, 'jwt')) {
      const { jwksUrl } = claimant.jwt;
      if (jwksUrl === null) continue;
      const { protocol, hostname } = new URL(jwksUrl);
      if (protocol === 'http:' && !isLoopback(hostname)) yield { path: [...path, 'jwt', 'jwksUrl'], value: jwksUrl };
    }
  },
};

const unreadable: Rule = {
  id: 'jwks-unreadable',
  verdict: 'refused',
  problem: 'The file with the public keys cannot be read, or is no JSON Web Key Set.',
  cure: 'Put a file there that holds {"keys": [...]}, and let the user of the gateway read it.',
  *find(config, { readFile }) {
    for (const { claimant, path } of claimantsFrom(config, 'jwt')) {
      const { jwksFile } = claimant.jwt;
      if (jwksFile !== null && !isKeySet(() => readFile(jwksFile))) {
        yield { path: [...path, 'jwt', 'jwksFile'], value: jwksFile };
      }
    }
  },
};

function isKeySet(read: () => Uint8Array): boolean {
  try {
    const set: unknown = JSON.parse(Buffer.from(read()).toString('utf8'));
    return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys) && set.keys.length > 0;
  } catch {
    return false;
  }
}

const forAnybody: Rule = {
  id: 'jwt-for-anybody',
  verdict: 'warned',
  problem: 'A token that was issued for any other service counts here, too.',
  cure: 'Give jwt.audience, the name of this service in the tokens, and jwt.issuer.',
  *find(config) {
    for (const { claimant, path } of claimantsFrom(config, 'jwt')) {
      if (claimant.jwt.audience.length === 0) yield { path: [...path, 'jwt', 'audience'], value: [] };
    }
  },
};

export const tokenRules: readonly Rule[] = [mixed, withoutKeys, twoSets, inTheClear, unreadable, forAnybody];
