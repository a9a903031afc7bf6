import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type TicketKey, Tickets } from '../../src/waiting-room/tickets.js';

const key = (id: string): TicketKey => ({ id, secret: createHash('sha256').update(id).digest() });
const fresh = (id = 'k1'): Tickets => new Tickets('lny', [key(id)]);
const ms = fc.integer({ min: 0, max: 2 ** 41 });
const session = fc.record({
  issuedMs: ms,
  untilMs: ms,
  claimant: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((hash) => Buffer.from(hash).toString('base64url')),
});
const SESSION = { issuedMs: 1_770_000_000_123, untilMs: 1_770_000_600_123, claimant: 'AAECAwQFBgcICQoLDA0ODw' };

describe('tickets of sessions', () => {
  it('say again what they were issued for, to another gateway with the same key, and stand for no place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), session, (epoch, given) => {
        const ticket = fresh().verify(fresh().issueSession(epoch, given, 'ann'))!;
        expect(ticket).toMatchObject({ epoch, session: given, keyId: 'k1', toldMs: 0 });
        expect(ticket.place).toEqual({ line: 0, number: 0, returns: 0 });
        expect(ticket.issuedAtSeconds).toBe(Math.floor(given.issuedMs / 1000));
        expect([fresh().belongsTo(ticket, 'ann'), fresh().belongsTo(ticket, 'bob')]).toEqual([true, false]);
      }),
    );
  });

  it('do not verify with any one bit flipped, nor truncated', () => {
    const genuine = fresh().issueSession(1, SESSION, 'ann');
    const tickets = fresh();
    for (let bit = 0; bit < Buffer.from(genuine, 'base64url').length * 8; bit++) {
      const bytes = Buffer.from(genuine, 'base64url');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(tickets.verify(bytes.toString('base64url'))).toBeNull();
    }
    for (let end = 0; end < genuine.length; end++) expect(tickets.verify(genuine.slice(0, end))).toBeNull();
  });

  it('verify under the longest name that a key may have', () => {
    const longest = fresh('k'.repeat(16));
    expect(longest.verify(longest.issueSession(1, SESSION, 'ann'))?.session).toEqual(SESSION);
  });
});
