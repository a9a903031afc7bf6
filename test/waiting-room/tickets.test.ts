import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Place } from '../../src/waiting-room/place.js';
import { type TicketKey, Tickets } from '../../src/waiting-room/tickets.js';

const key = (id: string, seed = id): TicketKey => ({ id, secret: createHash('sha256').update(seed).digest() });
const WALL_MS = 1_770_000_000_123;
const PLACE: Place = { line: 0, number: 4711, returns: 0 };
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const fresh = (): Tickets => new Tickets('lny', [key('k1')]);

const place = fc.record({
  line: fc.constantFrom(0 as const, 1 as const),
  number: fc.integer({ min: 1, max: 2 ** 47 }),
  returns: fc.integer({ min: 0, max: 3 }),
});
const epoch = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const told = fc.integer({ min: 0, max: 2 ** 47 });
/** Any text: what any octets come to. */
const text = (maxLength: number) => fc.uint8Array({ maxLength }).map((octets) => Buffer.from(octets).toString('utf8'));
const claimant = text(200);

describe('Tickets', () => {
  it('say again what they were issued for, to another gateway with the same key', () => {
    fc.assert(
      fc.property(epoch, place, told, claimant, (anEpoch, aPlace, toldMs, who) => {
        const ticket = fresh().verify(fresh().issue(anEpoch, aPlace, toldMs, who, WALL_MS))!;
        expect(ticket).toMatchObject({ epoch: anEpoch, place: aPlace, toldMs, keyId: 'k1' });
        expect(ticket.issuedAtSeconds).toBe(1_770_000_000);
        expect(fresh().belongsTo(ticket, who)).toBe(true);
      }),
    );
  });

  it('belong to their claimant and to nobody else', () => {
    fc.assert(
      fc.property(claimant, claimant, (who, other) => {
        fc.pre(who !== other);
        const tickets = fresh();
        const ticket = tickets.verify(tickets.issue(1, PLACE, 0, who, WALL_MS))!;
        expect(tickets.belongsTo(ticket, other)).toBe(false);
      }),
    );
  });

  it('do not verify with any one bit flipped', () => {
    const text = fresh().issue(1, PLACE, 0, 'ann', WALL_MS);
    const tickets = fresh();
    for (let bit = 0; bit < Buffer.from(text, 'base64url').length * 8; bit++) {
      const bytes = Buffer.from(text, 'base64url');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(tickets.verify(bytes.toString('base64url'))).toBeNull();
    }
    expect(tickets.verify(text)).not.toBeNull();
  });

  it('do not verify with any one character replaced, left out or put in', () => {
    const genuine = fresh().issue(1, PLACE, 0, 'ann', WALL_MS);
    const forged = new Set<string>();
    for (let at = 0; at <= genuine.length; at++) {
      forged.add(genuine.slice(0, at) + genuine.slice(at + 1));
      for (const char of `${BASE64URL}=+/ \n.é`) {
        forged.add(genuine.slice(0, at) + char + genuine.slice(at));
        if (at < genuine.length) forged.add(genuine.slice(0, at) + char + genuine.slice(at + 1));
      }
    }
    forged.delete(genuine);
    const tickets = fresh();
    expect([...forged].filter((one) => tickets.verify(one) !== null)).toEqual([]);
    expect(tickets.verify(genuine)).not.toBeNull();
  });

  it('have one text only: no padding, no other alphabet, no unused bits', () => {
    for (const id of ['k', 'k1', 'k12']) {
      const tickets = new Tickets('lny', [key(id)]);
      const text = tickets.issue(1, PLACE, 0, 'ann', WALL_MS);
      const last = BASE64URL.indexOf(text.at(-1)!);
      for (const more of ['=', '==', 'A']) expect(tickets.verify(text + more)).toBeNull();
      for (let bits = 1; bits < 64; bits++) {
        expect(tickets.verify(text.slice(0, -1) + BASE64URL[last ^ bits])).toBeNull();
      }
      const other = Buffer.from(text, 'base64url').toString('base64');
      expect(tickets.verify(other) === null || other === text).toBe(true);
    }
  });

  it('do not verify truncated, extended, or made of other tickets', () => {
    const tickets = fresh();
    const parts = [1, 2, 3].map((number) => tickets.issue(number, { ...PLACE, number }, 0, `c${number}`, WALL_MS));
    const verified = new Set(parts);
    for (let end = 0; end < parts[0]!.length; end++) expect(tickets.verify(parts[0]!.slice(0, end))).toBeNull();
    fc.assert(
      fc.property(fc.nat(100), fc.constantFrom(...parts), fc.constantFrom(...parts), (cut, a, b) => {
        const mixed = a.slice(0, cut) + b.slice(cut);
        expect(tickets.verify(mixed) !== null).toBe(verified.has(mixed));
      }),
    );
  });

  it('refuse anything that is not a ticket, of any length', () => {
    const tickets = fresh();
    fc.assert(fc.property(text(300), (any) => tickets.verify(any) === null));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
        bytes[0] = 1;
        return tickets.verify(Buffer.from(bytes).toString('base64url')) === null;
      }),
    );
  });

  it('are worth nothing in another campaign, or under another key of the same name', () => {
    const text = fresh().issue(1, PLACE, 0, 'ann', WALL_MS);
    expect(new Tickets('lny2', [key('k1')]).verify(text)).toBeNull();
    expect(new Tickets('ln', [key('k1')]).verify(text)).toBeNull();
    expect(new Tickets('lny', [key('k1', 'another secret')]).verify(text)).toBeNull();
    expect(new Tickets('lny', [key('k2', 'k1')]).verify(text)).toBeNull();
  });

  it('keep everything when they are renewed, but the time their owner was told', () => {
    fc.assert(
      fc.property(epoch, place, told, (anEpoch, aPlace, toldMs) => {
        const tickets = fresh();
        const before = tickets.verify(tickets.issue(anEpoch, aPlace, 0, 'ann', WALL_MS))!;
        const after = tickets.verify(tickets.renew(before, toldMs))!;
        const { epoch, keyId, issuedAtSeconds, binding } = before;
        expect(after).toMatchObject({ epoch, keyId, issuedAtSeconds, binding, toldMs, place: aPlace });
        expect(tickets.belongsTo(after, 'ann')).toBe(true);
      }),
    );
  });

  it('outlive the rotation of keys: the first signs, all verify, and a renewed one keeps its own', () => {
    const old = fresh();
    const text = old.issue(1, PLACE, 0, 'ann', WALL_MS);
    const rotated = new Tickets('lny', [key('k2'), key('k1')]);
    const ticket = rotated.verify(text)!;
    expect(ticket.keyId).toBe('k1');
    expect(rotated.belongsTo(ticket, 'ann')).toBe(true);
    expect(old.verify(rotated.renew(ticket, 5))).toMatchObject({ keyId: 'k1', toldMs: 5 });
    expect(rotated.verify(rotated.issue(1, PLACE, 0, 'ann', WALL_MS))?.keyId).toBe('k2');
    expect(new Tickets('lny', [key('k2')]).verify(text)).toBeNull();
  });

  it('need a key', () => {
    expect(() => new Tickets('lny', [])).toThrow(new RangeError('Tickets need a key'));
  });

  it('that were verified once are known from then on', () => {
    const tickets = fresh();
    const ticket = tickets.issue(1, PLACE, 0, 'ann', WALL_MS);
    expect(tickets.verify(ticket)).toBe(tickets.verify(ticket));
  });

  it('stay what they are: those given out before an upgrade are good after it, and of no other version', () => {
    const place = { line: 1, number: 4711, returns: 2 } as const;
    expect(fresh().issue(3, place, 5, 'ann', WALL_MS)).toBe(written(1));
    expect(fresh().verify(written(1))).toMatchObject({ epoch: 3, place, toldMs: 5 });
    expect(fresh().verify(written(2))).toBeNull();
  });
});

/** A ticket as the header of `tickets.ts` says that it is written, by another hand. */
function written(version: number): string {
  const derived = (purpose: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', key('k1').secret, '', `spillway ${purpose} lny`, 32));
  const binding = createHmac('sha256', derived('claimant')).update('ann').digest().subarray(0, 12);
  const fields = Buffer.alloc(4 + 1 + 6 + 6 + 4);
  fields.writeUInt32BE(3, 0);
  fields.writeUInt8(1 * 16 + 2, 4);
  fields.writeUIntBE(4711, 5, 6);
  fields.writeUIntBE(5, 11, 6);
  fields.writeUInt32BE(Math.floor(WALL_MS / 1000), 17);
  const signed = Buffer.concat([Buffer.from([version, 2]), Buffer.from('k1'), fields, binding]);
  const mac = createHmac('sha256', derived('ticket')).update('lny\0').update(signed).digest().subarray(0, 16);
  return Buffer.concat([signed, mac]).toString('base64url');
}
