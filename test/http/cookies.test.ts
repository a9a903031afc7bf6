import { describe, expect, it } from '@jest/globals';
import { TicketCookie } from '../../src/http/cookies.js';

describe('the ticket cookie', () => {
  it('is bound to the host where clients come by HTTPS', () => {
    const cookie = new TicketCookie('lny-2026', true);
    expect(cookie.serialise('v1.k1.abc_-', 90.7)).toBe(
      '__Host-spillway-lny-2026=v1.k1.abc_-; Max-Age=90; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
  });

  it('does without where they do not', () => {
    expect(new TicketCookie('lny-2026', false).serialise('t', 1)).toBe(
      'spillway-lny-2026=t; Max-Age=1; Path=/; HttpOnly; SameSite=Lax',
    );
  });

  it('comes back as it was set, one campaign apart from the other', () => {
    const [one, two] = [new TicketCookie('a', true), new TicketCookie('a.b', true)];
    const sent = `${one.serialise('x', 9).split(';')[0]}; ${two.serialise('y', 9).split(';')[0]}`;
    expect(one.read(sent)).toEqual({ kind: 'one', value: 'x' });
    expect(two.read(sent)).toEqual({ kind: 'one', value: 'y' });
    expect(one.read(undefined)).toEqual({ kind: 'none' });
  });

  it.each(['a b', 'a;b', 'a,b', 'a"', 'a\\', 'é', 'a\r\nSet-Cookie: x=y', 'x'.repeat(3801)])('refuses %j', (ticket) => {
    expect(() => new TicketCookie('a', true).serialise(ticket, 1)).toThrow(RangeError);
  });
});
