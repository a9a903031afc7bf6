/**
 * A million tickets that nobody issued, each made from real ones as an attacker would: bits flipped, characters
 * replaced, cut, joined, parts taken from other tickets, keys, campaigns and versions. None may verify.
 *   node bench/forged-tickets.mjs [count] [seed]
 */
import { createHash } from 'node:crypto';
import { seededRandom } from '../dist/replay/seeded-random.js';
import { Tickets } from '../dist/waiting-room/tickets.js';

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const random = seededRandom(seed);
const below = (most) => Math.floor(random() * most);
const one = (list) => list[below(list.length)];

const key = (id, secret = id) => ({ id, secret: createHash('sha256').update(secret).digest() });
const tickets = new Tickets('lny', [key('k2'), key('k1')]);
const issuers = [
  tickets,
  new Tickets('lny', [key('k1')]),
  new Tickets('spring', [key('k1')]),
  new Tickets('lny', [key('k1', 'guessed')]),
  new Tickets('lny', [key('k9')]),
];
const issuedBy = (issuer) => {
  const place = { line: below(2), number: 1 + below(1e6), returns: below(4) };
  return issuer.issue(below(4), place, below(2) * 1e12, `claimant-${below(1e6)}`, 1_770_000_000_000 + below(1e12));
};
const genuine = new Set();
const real = [];
for (let at = 0; at < 2000; at++) {
  const text = issuedBy(issuers[at % 2]);
  genuine.add(text);
  real.push(text);
}
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const octets = (change) => (text) => {
  const bytes = Buffer.from(text, 'base64url');
  return change(bytes).toString('base64url');
};

const forgeries = {
  'one to eight bits flipped': octets((bytes) => {
    for (let flips = 1 + below(8); flips > 0; flips--) bytes[below(bytes.length)] ^= 1 << below(8);
    return bytes;
  }),
  'a character replaced': (text) => {
    const at = below(text.length);
    return text.slice(0, at) + one(ALPHABET) + text.slice(at + 1);
  },
  'cut short': (text) => text.slice(0, below(text.length)),
  extended: (text) => text + one(ALPHABET) + one(['', '=', '==', one(ALPHABET)]),
  'begun as one and ended as another': (text) => {
    const at = below(text.length);
    return text.slice(0, at) + one(real).slice(at);
  },
  'another version': octets((bytes) => {
    bytes[0] = below(256);
    return bytes;
  }),
  'another key named': octets((bytes) => {
    bytes[3] = 0x30 + below(10);
    return bytes;
  }),
  'another number': octets((bytes) => {
    bytes.writeUIntBE(below(2 ** 47), 9, 6);
    return bytes;
  }),
  'another time, before or to come': octets((bytes) => {
    bytes.writeUInt32BE(below(2 ** 32), 21);
    return bytes;
  }),
  'of another campaign, secret or key': () => issuedBy(issuers[2 + below(3)]),
  'a signature that was guessed': octets((bytes) => {
    for (let at = bytes.length - 16; at < bytes.length; at++) bytes[at] = below(256);
    return bytes;
  }),
  'in the other alphabet, or padded': (text) => {
    const bytes = Buffer.from(text, 'base64url');
    return one([bytes.toString('base64'), bytes.toString('hex'), `${text}=`, text.toLowerCase()]);
  },
};

const kinds = Object.entries(forgeries);
const tally = Object.fromEntries(kinds.map(([kind]) => [kind, { tried: 0, accepted: 0 }]));
const startedMs = performance.now();
let tried = 0;
for (let at = 0; tried < count; at++) {
  const [kind, forge] = kinds[at % kinds.length];
  const forged = forge(one(real));
  // By chance a change may give a ticket that was issued: that one is no forgery.
  if (genuine.has(forged)) continue;
  tried++;
  tally[kind].tried++;
  if (tickets.verify(forged) !== null) tally[kind].accepted++;
}
const seconds = (performance.now() - startedMs) / 1000;
const accepted = Object.values(tally).reduce((sum, one) => sum + one.accepted, 0);
console.table(tally);
console.log(`${accepted} of ${count} forgeries accepted; ${Math.round(count / seconds)} a second; seed ${seed}`);
process.exitCode = accepted === 0 ? 0 : 99;
