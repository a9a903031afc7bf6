import { describe, expect, it } from '@jest/globals';
import { Credentials } from '../../src/claims/credentials.js';

const SECRET = new Uint8Array(32).fill(7);
const all = new Credentials(SECRET, ['authorization', 'cookie'], ['spillway-lny']);

describe('credentials', () => {
  it('match what shows the same, and more cookies', () => {
    const kept = all.fingerprint({ authorization: 'Bearer a', cookie: 'b=2; a=1; spillway-lny=t1' });
    expect(all.matches(kept, { authorization: 'Bearer a', cookie: 'a=1; c=3; b=2; spillway-lny=t2' })).toBe(true);
    for (const other of [
      {},
      { authorization: 'Bearer a' },
      { authorization: 'Bearer b', cookie: 'a=1; b=2' },
      { authorization: 'Bearer a', cookie: 'a=1; b=3' },
      { authorization: 'Bearer a', cookie: 'a=1' },
      { cookie: 'a=1; b=2' },
    ]) {
      expect(all.matches(kept, other)).toBe(false);
    }
  });

  it('of a request without any are matched by everybody', () => {
    expect(all.fingerprint({ cookie: 'spillway-lny=t1' })).toBe('');
    expect(all.matches('', { authorization: 'Bearer a' })).toBe(true);
  });

  it('are those that the configuration names', () => {
    const named = new Credentials(SECRET, ['cookie:session', 'header:X-Device'], []);
    const kept = named.fingerprint({ cookie: 'session=1; other=2', 'x-device': 'd', authorization: 'Bearer a' });
    expect(named.matches(kept, { cookie: 'other=3; session=1', 'x-device': 'd', authorization: 'Bearer b' })).toBe(
      true,
    );
    expect(named.matches(kept, { cookie: 'session=1' })).toBe(false);
    expect(named.matches(kept, { cookie: 'session=2', 'x-device': 'd' })).toBe(false);
    expect(named.matches(kept, { 'x-device': 'd' })).toBe(false);
    expect(named.fingerprint({ cookie: 'other=2; xsession=1', authorization: 'Bearer a' })).toBe('');
  });

  it('are of cookies only those that have a name, and of one’s own none, however many are ignored', () => {
    const plain = new Credentials(SECRET, ['cookie'], ['spillway-a', 'spillway-b']);
    const kept = plain.fingerprint({ cookie: 'a=1' });
    expect(plain.fingerprint({ cookie: 'spillway-b=2;a=1; =nameless; alone; spillway-a=1; a=1' })).toBe(kept);
    expect(plain.fingerprint({ cookie: 'spillway-a=1; spillway-b=2' })).toBe('');
  });

  it('tell one cookie from another by the name alone: a value that is new is no new name', () => {
    const [one, two] = ['a=1', 'a=2'].map((cookie) => all.fingerprint({ cookie }).split('.'));
    expect([one![0] === two![0], one![1] === two![1]]).toEqual([true, false]);
  });

  it('are not to be read from the fingerprint, and are no others’ under another secret', () => {
    const kept = all.fingerprint({ authorization: 'Bearer a' });
    expect(kept).toMatch(/^[A-Za-z0-9_-]{2}\.[A-Za-z0-9_-]{16}$/);
    expect(
      new Credentials(new Uint8Array(32), ['authorization'], []).matches(kept, { authorization: 'Bearer a' }),
    ).toBe(false);
  });
});
