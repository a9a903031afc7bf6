/** Shared secrets: the keys that sign tickets, and those that others sign with. */
import type { KeyConfig } from '../key-schema.js';
import type { Path } from '../path.js';
import type { Finding, Rule } from '../rule.js';
import type { Config } from '../schema.js';
import { LEAST_SECRET_BYTES, readSecret } from '../secret-bytes.js';

interface PlacedKey {
  readonly path: Path;
  readonly key: KeyConfig;
}

function* keysOf({ tickets, campaigns, upstreams }: Config): Generator<PlacedKey> {
  const listed = (keys: readonly KeyConfig[], path: Path): PlacedKey[] =>
    keys.map((key, index) => ({ path: [...path, index], key }));
  yield* listed(tickets.keys, ['tickets', 'keys']);
  for (const [index, { proofKeys }] of upstreams.entries()) yield* listed(proofKeys, ['upstreams', index, 'proofKeys']);
  for (const [index, { claimant }] of campaigns.entries()) {
    yield* listed(claimant.keys, ['campaigns', index, 'claimant', 'keys']);
  }
}

const secretTwice: Rule = {
  id: 'secret-given-twice',
  verdict: 'refused',
  problem: 'Both secret and secretFile are given; only one can be the secret.',
  cure: 'Keep secretFile and remove secret.',
  *find(config) {
    for (const { path, key } of keysOf(config)) {
      if (key.secret !== undefined && key.secretFile !== undefined) yield { path, value: key };
    }
  },
};

const secretMissing: Rule = {
  id: 'secret-missing',
  verdict: 'refused',
  problem: 'This key has no secret.',
  cure: 'Give secretFile, a file with at least 32 random bytes, e.g. made by: openssl rand -hex 32.',
  *find(config) {
    for (const { path, key } of keysOf(config)) {
      const compared = [
        [...path, 'secret'],
        [...path, 'secretFile'],
      ];
      if (key.secret === undefined && key.secretFile === undefined) yield { path, value: key, compared };
    }
  },
};

const secretUnreadable: Rule = {
  id: 'secret-unreadable',
  verdict: 'refused',
  problem: 'The file with the secret cannot be read.',
  cure: 'Put the file there and let the user of the gateway read it.',
  *find(config, surroundings) {
    for (const { path, key } of keysOf(config)) {
      const secret = readSecret(key, surroundings);
      if (secret.kind !== 'unreadable') continue;
      const problem = `The file with the secret cannot be read: ${secret.reason}.`;
      yield { path: [...path, 'secretFile'], value: key.secretFile, problem };
    }
  },
};

const secretShort: Rule = {
  id: 'secret-too-short',
  verdict: 'refused',
  problem: 'A shorter secret can be guessed, and with it anybody can sign what only its owner should.',
  cure: `Use at least ${LEAST_SECRET_BYTES} random bytes, e.g. made by: openssl rand -hex 32.`,
  *find(config, surroundings): Generator<Finding> {
    for (const { path, key } of keysOf(config)) {
      const secret = readSecret(key, surroundings);
      if (secret.kind !== 'read' || secret.bytes.length >= LEAST_SECRET_BYTES) continue;
      const from = key.secret === undefined ? 'secretFile' : 'secret';
      const problem = `The secret has ${secret.bytes.length} bytes. ${secretShort.problem}`;
      yield { path: [...path, from], value: key[from], problem };
    }
  },
};

const noTicketKeys: Rule = {
  id: 'ticket-keys-made-at-start',
  verdict: 'warned',
  problem: 'Without a ticket key, one is made at start: tickets do not outlive the process, nor count elsewhere.',
  cure: 'Give tickets.keys, the same on every gateway.',
  *find({ tickets }) {
    if (tickets.keys.length === 0) yield { path: ['tickets', 'keys'], value: tickets.keys };
  },
};

export const secretRules: readonly Rule[] = [secretTwice, secretMissing, secretUnreadable, secretShort, noTicketKeys];
