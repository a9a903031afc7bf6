import { describe, expect, it } from '@jest/globals';
import { type ClaimantOutcome, claimantOf, INVALID } from '../../src/claimant/claimant-source.js';
import { JwtSource } from '../../src/claimant/jwt-source.js';
import type { VerifiedToken } from '../../src/claimant/token-verifier.js';
import { FakeClock } from '../support/fake-clock.js';
import { bearer } from './tokens.js';

const HELD_MS = 60_000;

function remembering() {
  const clock = new FakeClock();
  const verified: string[] = [];
  const verifier = {
    async verify(token: string): Promise<VerifiedToken> {
      verified.push(token);
      if (token.startsWith('bad')) return { outcome: INVALID, untilMs: 0 };
      return { outcome: claimantOf(token), untilMs: clock.wallMs() + HELD_MS };
    },
  };
  return { clock, verified, source: new JwtSource('authorization', verifier, clock) };
}

const asks = (token: string) => ({ rawHeaders: ['authorization', `Bearer ${token}`], headers: {} });

describe('a token that was verified', () => {
  it('is not verified again while its outcome holds, nor waited for', async () => {
    const { source, clock, verified } = remembering();
    expect(await bearer(source, 'a.b.c')).toEqual({ kind: 'known', id: 'a.b.c' });
    await clock.advance(HELD_MS - 1);
    const again = asks('a.b.c');
    expect(source.prepare(again)).toBeNull();
    expect(source.identify(again)).toEqual({ kind: 'known', id: 'a.b.c' });
    expect(verified).toEqual(['a.b.c']);
    await clock.advance(1);
    expect(source.prepare(asks('a.b.c'))).toBeInstanceOf(Promise);
    expect(verified).toEqual(['a.b.c', 'a.b.c']);
  });

  it('and refused takes no room among those that hold', async () => {
    const { source, verified } = remembering();
    await bearer(source, 'good.b.c');
    for (let at = 0; at < 1000; at++) expect((await bearer(source, `bad${at}.b.c`)).kind).toBe('unknown');
    expect(source.prepare(asks('good.b.c'))).toBeNull();
    expect(verified).toHaveLength(1001);
  });
});

it('Tokens are verified so many at once, and whoever comes beyond is not believed but told to come again', async () => {
  const release: Array<() => void> = [];
  const slow = {
    verify: (token: string) =>
      new Promise<VerifiedToken>((resolve) => release.push(() => resolve({ outcome: claimantOf(token), untilMs: 0 }))),
  };
  const source = new JwtSource('authorization', slow, new FakeClock());
  const waiting: Array<Promise<ClaimantOutcome>> = [];
  for (let at = 0; at < 1000; at++) waiting.push(bearer(source, `t${at}.b.c`));
  expect(await bearer(source, 'one.too.many')).toEqual({ kind: 'unknown', reason: 'unverifiable' });
  for (const one of release) one();
  expect((await Promise.all(waiting)).every(({ kind }) => kind === 'known')).toBe(true);
  void bearer(source, 'and.again.free');
  expect(release).toHaveLength(1001);
});
