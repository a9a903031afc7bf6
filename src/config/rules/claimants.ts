/** Who is asking: how far an identity can be believed. */
import { isLoopback } from '../network-address.js';
import type { Rule } from '../rule.js';

const unverified: Rule = {
  id: 'claimant-unverified',
  verdict: 'warned',
  problem: 'Anybody who reaches the gateway may claim in any name: the header is believed as it comes.',
  cure: 'Let a proxy that knows the user set the header, list it in server.trustProxy, and set unverified to false.',
  *find({ server, campaigns }) {
    if (isLoopback(server.host)) return;
    for (const [index, { claimant }] of campaigns.entries()) {
      const path = ['campaigns', index, 'claimant', 'unverified'];
      if (claimant.from === 'header' && claimant.unverified)
        yield { path, value: true, compared: [['server', 'host']] };
    }
  },
};

const unusable: Rule = {
  id: 'claimant-header-without-proxy',
  verdict: 'warned',
  problem: 'No proxy is trusted to set the claimant header, so every claim is answered CLAIMANT_UNKNOWN.',
  cure: 'List your proxies in server.trustProxy; where clients may name themselves, set claimant.unverified to true.',
  *find({ server, campaigns }) {
    if (server.trustProxy.length > 0) return;
    for (const [index, { claimant }] of campaigns.entries()) {
      const path = ['campaigns', index, 'claimant'];
      const compared = [['server', 'trustProxy']];
      if (claimant.from === 'header' && !claimant.unverified) yield { path, value: claimant, compared };
    }
  },
};

const cookie: Rule = {
  id: 'claimant-cookie-unchecked',
  verdict: 'warned',
  problem: 'A cookie can be made up: one person may hold many places, and nothing limits them by address.',
  cure: 'Add a limit with the key address, or identify claimants by a header of a trusted proxy.',
  *find({ server, campaigns }) {
    if (isLoopback(server.host)) return;
    for (const [index, { claimant, limits }] of campaigns.entries()) {
      if (claimant.from !== 'cookie' || limits.some(({ key }) => key === 'address')) continue;
      const compared = [
        ['server', 'host'],
        ['campaigns', index, 'limits'],
      ];
      yield { path: ['campaigns', index, 'claimant', 'from'], value: claimant.from, compared };
    }
  },
};

const ledgerByAddress: Rule = {
  id: 'ledger-by-address',
  verdict: 'refused',
  problem: 'Everybody behind one address would be one claimant, and only the first of them would be paid.',
  cure: 'Identify claimants by header or cookie, or set claims.mode to off or idempotency-key.',
  *find({ campaigns }) {
    for (const [index, { claims, claimant }] of campaigns.entries()) {
      if (claims.mode !== 'per-claimant' || claimant.from !== 'address') continue;
      const compared = [['campaigns', index, 'claimant', 'from']];
      yield { path: ['campaigns', index, 'claims', 'mode'], value: claims.mode, compared };
    }
  },
};

export const claimantRules: readonly Rule[] = [unverified, unusable, cookie, ledgerByAddress];
