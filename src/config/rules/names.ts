/** Names that must be unique, and names that must exist. */
import type { Path } from '../path.js';
import type { Finding, Rule } from '../rule.js';
import type { Config } from '../schema.js';

interface Named {
  readonly path: Path;
  readonly name: string;
}

const duplicateId: Rule = {
  id: 'duplicate-id',
  verdict: 'refused',
  problem: 'Two entries of the list have this name.',
  cure: 'Give each its own.',
  *find(config) {
    for (const names of listsOfNames(config)) yield* duplicates(names);
  },
};

function* listsOfNames({ upstreams, campaigns, tickets, admin }: Config): Generator<Named[]> {
  yield upstreams.map(({ id }, index) => ({ path: ['upstreams', index, 'id'], name: id }));
  yield campaigns.map(({ id }, index) => ({ path: ['campaigns', index, 'id'], name: id }));
  yield tickets.keys.map(({ id }, index) => ({ path: ['tickets', 'keys', index, 'id'], name: id }));
  yield admin.tokens.map(({ name }, index) => ({ path: ['admin', 'tokens', index, 'name'], name }));
  yield admin.tokens.map(({ sha256 }, index) => ({ path: ['admin', 'tokens', index, 'sha256'], name: sha256 }));
  for (const [upstream, { proofKeys }] of upstreams.entries()) {
    yield proofKeys.map(({ id }, key) => ({ path: ['upstreams', upstream, 'proofKeys', key, 'id'], name: id }));
  }
  for (const [campaign, { limits, claimant }] of campaigns.entries()) {
    yield claimant.keys.map(({ id }, key) => ({
      path: ['campaigns', campaign, 'claimant', 'keys', key, 'id'],
      name: id,
    }));
    yield limits.map(({ name }, index) => ({ path: ['campaigns', campaign, 'limits', index, 'name'], name }));
  }
}

function* duplicates(names: readonly Named[]): Generator<Finding> {
  const first = new Map<string, Path>();
  for (const { path, name } of names) {
    const earlier = first.get(name);
    if (earlier) yield { path, value: name, compared: [earlier] };
    else first.set(name, path);
  }
}

const unknownUpstream: Rule = {
  id: 'unknown-upstream',
  verdict: 'refused',
  problem: 'No upstream has this id.',
  cure: 'Name one of the upstreams.',
  *find({ upstreams, campaigns }) {
    const ids = upstreams.map(({ id }) => id);
    for (const [index, { upstream }] of campaigns.entries()) {
      if (ids.includes(upstream)) continue;
      const cure = `Use one of ${ids.join(', ')}, or add an upstream with the id ${upstream}.`;
      yield { path: ['campaigns', index, 'upstream'], value: upstream, cure, compared: [['upstreams']] };
    }
  },
};

export const nameRules: readonly Rule[] = [duplicateId, unknownUpstream];
