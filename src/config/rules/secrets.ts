/** The keys that sign tickets. */
import type { Finding, Rule } from '../rule.js';
import { LEAST_SECRET_BYTES, readTicketSecret } from '../ticket-secret.js';

const secretTwice: Rule = {
  id: 'secret-given-twice',
  verdict: 'refused',
  problem: 'Both secret and secretFile are given; only one can be the secret.',
  cure: 'Keep secretFile and remove secret.',
  *find({ tickets }) {
    for (const [index, key] of tickets.keys.entries()) {
      const both = key.secret !== undefined && key.secretFile !== undefined;
      if (both) yield { path: ['tickets', 'keys', index], value: key };
    }
  },
};

const secretMissing: Rule = {
  id: 'secret-missing',
  verdict: 'refused',
  problem: 'This ticket key has no secret.',
  cure: 'Give secretFile, a file with at least 32 random bytes, e.g. made by: openssl rand -hex 32.',
  *find({ tickets }) {
    for (const [index, key] of tickets.keys.entries()) {
      const path = ['tickets', 'keys', index];
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
  *find({ tickets }, surroundings) {
    for (const [index, key] of tickets.keys.entries()) {
      const secret = readTicketSecret(key, surroundings);
      if (secret.kind !== 'unreadable') continue;
      const problem = `The file with the secret cannot be read: ${secret.reason}.`;
      yield { path: ['tickets', 'keys', index, 'secretFile'], value: key.secretFile, problem };
    }
  },
};

const secretShort: Rule = {
  id: 'secret-too-short',
  verdict: 'refused',
  problem: 'A shorter secret can be guessed, and with it anybody can make tickets for any place in line.',
  cure: `Use at least ${LEAST_SECRET_BYTES} random bytes, e.g. made by: openssl rand -hex 32.`,
  *find({ tickets }, surroundings): Generator<Finding> {
    for (const [index, key] of tickets.keys.entries()) {
      const secret = readTicketSecret(key, surroundings);
      if (secret.kind !== 'read' || secret.bytes.length >= LEAST_SECRET_BYTES) continue;
      const from = key.secret === undefined ? 'secretFile' : 'secret';
      const problem = `The secret has ${secret.bytes.length} bytes. ${secretShort.problem}`;
      yield { path: ['tickets', 'keys', index, from], value: key[from], problem };
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
