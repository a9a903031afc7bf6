/** Where the gateway listens, and where it sends. */
import { isLoopback, isWildcard } from '../network-address.js';
import type { Rule } from '../rule.js';
import type { Config } from '../schema.js';

const adminOpen: Rule = {
  id: 'admin-without-tokens',
  verdict: 'refused',
  problem: 'The controls of every campaign would be reachable from other machines without a token.',
  cure: 'Add an entry to admin.tokens, or set admin.host to 127.0.0.1.',
  *find({ admin }) {
    if (!isLoopback(admin.host) && admin.tokens.length === 0) {
      yield { path: ['admin', 'host'], value: admin.host, compared: [['admin', 'tokens']] };
    }
  },
};

const adminInTheClear: Rule = {
  id: 'admin-in-the-clear',
  verdict: 'refused',
  problem: 'Operators would send their tokens unencrypted to a listener that other machines reach.',
  cure: 'Give admin.tls; or set admin.plaintext to true where a private network or a proxy protects the way.',
  *find({ admin }) {
    if (isLoopback(admin.host) || admin.tls !== null || admin.plaintext) return;
    const compared = [
      ['admin', 'tls'],
      ['admin', 'plaintext'],
    ];
    // Without a token there is nothing to protect, and a complaint already.
    if (admin.tokens.length > 0) yield { path: ['admin', 'host'], value: admin.host, compared };
  },
};

const samePort: Rule = {
  id: 'listeners-collide',
  verdict: 'refused',
  problem: 'Clients and operators cannot share one address and port.',
  cure: 'Give admin.port another number, e.g. 9090; 0 takes a free one.',
  *find({ server, admin }) {
    if (admin.port !== 0 && admin.port === server.port && sameMachineAddress(server.host, admin.host)) {
      const compared = [
        ['server', 'port'],
        ['server', 'host'],
        ['admin', 'host'],
      ];
      yield { path: ['admin', 'port'], value: admin.port, compared };
    }
  },
};

function sameMachineAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase() || isWildcard(a) || isWildcard(b) || (isLoopback(a) && isLoopback(b));
}

const targetNotOrigin: Rule = {
  id: 'target-not-origin',
  verdict: 'refused',
  problem: 'A target is an address to connect to; the path of a claim comes from its request.',
  cure: 'Give only scheme, host and port.',
  *find(config) {
    for (const { path, value, url } of targets(config)) {
      const { username, password, pathname, search, hash, protocol, host } = url;
      if (username || password || pathname !== '/' || search || hash || /[?#]/.test(value)) {
        yield { path, value, cure: `Give only scheme, host and port: ${protocol}//${host}.` };
      }
    }
  },
};

const targetIsGateway: Rule = {
  id: 'target-is-gateway',
  verdict: 'refused',
  problem: 'The gateway would send every claim to itself, and each of those to itself again.',
  cure: 'Give the address of the claim service, or move the gateway to another port.',
  *find(config) {
    const { host, port } = config.server;
    for (const { path, value, url } of targets(config)) {
      const target = url.hostname.replace(/^\[|\]$/g, '');
      const self = target === host.toLowerCase() || (isLoopback(target) && (isLoopback(host) || isWildcard(host)));
      if (self && port !== 0 && portOf(url) === port) {
        const compared = [
          ['server', 'host'],
          ['server', 'port'],
        ];
        yield { path, value, compared };
      }
    }
  },
};

const duplicateTarget: Rule = {
  id: 'duplicate-target',
  verdict: 'refused',
  problem: 'The same instance is listed twice and would get a double share.',
  cure: 'List each instance once.',
  *find(config) {
    const seen = new Set<string>();
    for (const { path, value, url } of targets(config)) {
      const key = `${path[1]} ${url.host} ${url.protocol}`;
      if (seen.has(key)) yield { path, value };
      seen.add(key);
    }
  },
};

const sharedTarget: Rule = {
  id: 'shared-target',
  verdict: 'warned',
  problem: 'Two upstreams send to this instance; their concurrency limits add up there.',
  cure: 'Use one upstream for both campaigns, so that one limit holds for the service.',
  *find(config) {
    const owner = new Map<string, unknown>();
    for (const { path, value, url } of targets(config)) {
      const first = owner.get(url.host) ?? path[1];
      if (first !== path[1]) yield { path, value };
      owner.set(url.host, first);
    }
  },
};

function* targets(config: Config) {
  for (const [upstream, { targets }] of config.upstreams.entries()) {
    for (const [index, value] of targets.entries()) {
      yield { path: ['upstreams', upstream, 'targets', index], value, url: new URL(value) };
    }
  }
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

export const listenerRules: readonly Rule[] = [
  adminOpen,
  adminInTheClear,
  samePort,
  targetNotOrigin,
  targetIsGateway,
  duplicateTarget,
  sharedTarget,
];
