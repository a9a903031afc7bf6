/** Where shared state lives, and what does not outlive what. */
import type { Rule } from '../rule.js';

const workersWithoutRedis: Rule = {
  id: 'workers-without-redis',
  verdict: 'refused',
  problem: 'Each worker would have a memory of its own, and together they would hand over a multiple of the rate.',
  cure: 'Set store.kind to redis, or server.workers to 1.',
  *find({ server, store }) {
    if (server.workers !== 1 && store.kind === 'memory') {
      yield { path: ['server', 'workers'], value: server.workers, compared: [['store', 'kind']] };
    }
  },
};

const clusterAndSentinel: Rule = {
  id: 'cluster-and-sentinel',
  verdict: 'refused',
  problem: 'A store is either a Redis Cluster or a Redis behind Sentinel; both are given.',
  cure: 'Remove store.cluster or store.sentinel.',
  *find({ store }) {
    if (store.cluster && store.sentinel) yield { path: ['store', 'sentinel'], value: store.sentinel };
  },
};

const redisSettingsUnused: Rule = {
  id: 'redis-settings-with-memory',
  verdict: 'refused',
  problem: 'Redis nodes are given and store.kind is memory: every gateway would keep its own rate and line.',
  cure: 'Set store.kind to redis, or remove store.cluster and store.sentinel.',
  *find({ store }) {
    if (store.kind !== 'memory') return;
    for (const name of ['cluster', 'sentinel'] as const) {
      if (store[name]) yield { path: ['store', name], value: store[name], compared: [['store', 'kind']] };
    }
  },
};

const lanesInMemory: Rule = {
  id: 'lanes-with-memory',
  verdict: 'refused',
  problem: 'Lanes divide a campaign over the shards of a Redis Cluster; the memory store has none.',
  cure: 'Set store.lanes to 1, or store.kind to redis.',
  *find({ store }) {
    if (store.kind === 'memory' && store.lanes > 1) {
      yield { path: ['store', 'lanes'], value: store.lanes, compared: [['store', 'kind']] };
    }
  },
};

const lanesOnOneShard: Rule = {
  id: 'lanes-without-cluster',
  verdict: 'warned',
  problem: 'All lanes lie on the same Redis: each claim costs a second call, and nothing is gained.',
  cure: 'Set store.lanes to 1, or name the nodes of a store.cluster.',
  *find({ store }) {
    if (store.kind === 'redis' && !store.cluster && store.lanes > 1) {
      yield { path: ['store', 'lanes'], value: store.lanes };
    }
  },
};

const pathUnused: Rule = {
  id: 'path-with-redis',
  verdict: 'refused',
  problem: 'store.path belongs to the memory store; with redis nothing would be written there.',
  cure: 'Remove store.path, or set store.kind to memory.',
  *find({ store }) {
    if (store.kind === 'redis' && store.path !== null) {
      yield { path: ['store', 'path'], value: store.path, compared: [['store', 'kind']] };
    }
  },
};

const tlsUnused: Rule = {
  id: 'redis-tls-unused',
  verdict: 'refused',
  problem: 'Certificates are given, but the URL says redis://: everything would travel in the clear.',
  cure: 'Begin store.url with rediss://, or remove store.tls.',
  *find({ store }) {
    if (store.tls !== null && !store.url.startsWith('rediss://')) {
      yield { path: ['store', 'tls'], value: store.tls, compared: [['store', 'url']] };
    }
  },
};

const tlsUnreadable: Rule = {
  id: 'redis-tls-unreadable',
  verdict: 'refused',
  problem: 'This file for the connection to Redis cannot be read.',
  cure: 'Put the file there and let the user of the gateway read it.',
  *find({ store }, { readFile }) {
    if (!store.url.startsWith('rediss://')) return;
    for (const name of ['caFile', 'certFile', 'keyFile'] as const) {
      const file = store.tls?.[name];
      if (file === undefined) continue;
      try {
        readFile(file);
      } catch (error) {
        const problem = `This file for the connection to Redis cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
        yield { path: ['store', 'tls', name], value: file, problem };
      }
    }
  },
};

const clusterDatabase: Rule = {
  id: 'cluster-database',
  verdict: 'refused',
  problem: 'A Redis Cluster has no database but 0.',
  cure: 'Remove the database from store.url; store.keyPrefix keeps installations apart.',
  *find({ store }) {
    if (store.cluster && !/^[^?]*:\/\/[^/]*\/?(0)?(\?.*)?$/.test(store.url)) {
      yield { path: ['store', 'url'], value: store.url, compared: [['store', 'cluster']] };
    }
  },
};

const notDurable: Rule = {
  id: 'store-not-durable',
  verdict: 'warned',
  problem: 'Places in line, the ledger and run-time settings live only as long as this process.',
  cure: 'Fine for trying out; otherwise use store.kind redis.',
  *find({ store }) {
    if (store.kind === 'memory' && store.path === null) yield { path: ['store', 'kind'], value: store.kind };
  },
};

const failsOpen: Rule = {
  id: 'store-failure-open',
  verdict: 'warned',
  problem: 'While the store is away, claims pass without limit: the service may get more than it can bear.',
  cure: 'Use local or closed, unless the service protects itself.',
  *find({ campaigns }) {
    for (const [index, { onStoreFailure }] of campaigns.entries()) {
      if (onStoreFailure === 'open') yield { path: ['campaigns', index, 'onStoreFailure'], value: onStoreFailure };
    }
  },
};

export const storeRules: readonly Rule[] = [
  workersWithoutRedis,
  clusterAndSentinel,
  redisSettingsUnused,
  tlsUnused,
  tlsUnreadable,
  clusterDatabase,
  lanesInMemory,
  lanesOnOneShard,
  pathUnused,
  notDurable,
  failsOpen,
];
