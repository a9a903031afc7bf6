import { beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import type { ClaimantSource } from '../../src/claimant/claimant-source.js';
import { JwtSource } from '../../src/claimant/jwt-source.js';
import { PublicKeys } from '../../src/claimant/public-keys.js';
import { TokenVerifier } from '../../src/claimant/token-verifier.js';
import { claimantSchema, JWT_ALGORITHMS } from '../../src/config/claimant-schema.js';
import { FakeClock } from '../support/fake-clock.js';
import { bearer, type Issuer, identify, issuer, SECRET, START_S, sharedToken } from './tokens.js';

const known = (id: string) => ({ kind: 'known', id });
const unknown = (reason: string) => ({ kind: 'unknown', reason });
const MIXED = ['RS256', 'PS256', 'ES256', 'EdDSA'];
let id: Issuer;

beforeAll(async () => {
  id = await issuer(...MIXED);
});

function source(jwt: object, clock = new FakeClock(), keys = id.keys): ClaimantSource {
  const config = claimantSchema.parse({ from: 'jwt', jwt }).jwt;
  const publicKeys = config.algorithms[0]!.startsWith('HS')
    ? null
    : new PublicKeys({ fetch: async () => keys, clock, maxAgeMs: 600_000, staleMs: 0, onFault: () => {} });
  return new JwtSource(
    config.token,
    new TokenVerifier(config, publicKeys, [{ id: 'k', secret: SECRET }], clock),
    clock,
  );
}

describe('a claimant from a token', () => {
  it.each(MIXED)('is its subject, signed with %s', async (alg) => {
    const token = await id.token({ sub: 'u-1' }, { kid: String(MIXED.indexOf(alg)) });
    expect(await bearer(source({ algorithms: [alg] }), token)).toEqual(known('u-1'));
  });

  it('is its subject, signed with a shared secret', async () => {
    const shared = source({ algorithms: ['HS256', 'HS512'] });
    expect(await bearer(shared, await sharedToken())).toEqual(known('ann'));
    expect(await bearer(shared, await sharedToken({}, SECRET, 'HS512'))).toEqual(known('ann'));
    expect(await bearer(shared, await sharedToken({}, SECRET, 'HS384'))).toEqual(unknown('invalid'));
    expect(await bearer(shared, await sharedToken({}, Buffer.alloc(32, 7)))).toEqual(unknown('invalid'));
  });

  it('is another member where so configured, also a number; with its priority class', async () => {
    const named = source({ claim: 'uid', priorityClaim: 'tier' });
    const token = await id.token({ uid: 4711, tier: 'gold' });
    expect(await bearer(named, token)).toEqual({ ...known('4711'), priorityClass: 'gold' });
    expect(await bearer(named, await id.token({ uid: 'x', tier: 7 }))).toEqual(known('x'));
    expect(await bearer(named, await id.token({ uid: 'a b' }))).toEqual(unknown('malformed'));
    expect(await bearer(named, await id.token({ uid: { a: 1 } }))).toEqual(unknown('malformed'));
    expect(await bearer(named, await id.token({}))).toEqual(unknown('invalid'));
  });

  it('is taken from a cookie or another field where so configured', async () => {
    const token = await id.token({});
    expect(await identify(source({ token: 'cookie:jwt' }), 'Cookie', `a=1; jwt=${token}`)).toEqual(known('ann'));
    expect(await identify(source({ token: 'header:X-Token' }), 'x-token', token)).toEqual(known('ann'));
    expect(await identify(source({}), 'Cookie', `jwt=${token}`)).toEqual(unknown('missing'));
  });

  it('is unknown without a token, with two, or with what is none', async () => {
    const [one, two] = [await id.token({}), await id.token({ sub: 'ben' })];
    const plain = source({});
    expect(await identify(plain)).toEqual(unknown('missing'));
    expect(await identify(plain, 'Authorization', `Bearer ${one}`, 'authorization', `Bearer ${two}`)).toEqual(
      unknown('conflicting'),
    );
    for (const text of ['', 'Basic YTpi', 'Bearer', 'Bearer a.b', `Bearer ${one},${two}`, `Bearer ${one}.x`, one]) {
      expect(await identify(plain, 'Authorization', text)).toEqual(unknown('malformed'));
    }
    expect(await bearer(plain, `${'a'.repeat(9000)}.b.c`)).toEqual(unknown('malformed'));
  });
});

describe('a token is not believed', () => {
  it('without a signature, under whatever spelling of none', async () => {
    const none = new UnsecuredJWT({ sub: 'ann', exp: START_S + 300 }).encode();
    expect(await bearer(source({}), `${none}x`)).toEqual(unknown('invalid'));
    expect(await bearer(source({}), none)).toEqual(unknown('malformed'));
    for (const alg of ['none', 'None', 'NONE', '']) {
      const head = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      const [, payload, mac] = (await sharedToken()).split('.');
      expect(await bearer(source({ algorithms: ['HS256'] }), `${head}.${payload}.${mac}`)).toEqual(unknown('invalid'));
    }
    expect(JWT_ALGORITHMS).not.toContain('none');
  });

  it('signed by HS256 with the public key as its secret (algorithm confusion)', async () => {
    const rsa = (await importJWK(id.keys.keys[0]!, 'RS256')) as CryptoKey;
    const secrets = [await exportSPKI(rsa), JSON.stringify(id.keys.keys[0]), id.keys.keys[0]!.n as string];
    for (const secret of secrets) {
      const forged = new SignJWT({ sub: 'eve', exp: START_S + 300 }).setProtectedHeader({ alg: 'HS256', kid: '0' });
      const token = await forged.sign(new TextEncoder().encode(secret));
      expect(await bearer(source({}), token)).toEqual(unknown('invalid'));
    }
  });

  it('with an algorithm that is not listed, or a key that brings itself along', async () => {
    const es = await id.token({}, { kid: '2' });
    expect(await bearer(source({ algorithms: ['RS256'] }), es)).toEqual(unknown('invalid'));
    const eve = await issuer('ES256');
    const own = { jwk: eve.keys.keys[0]!, jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/' };
    const forged = new SignJWT({ sub: 'eve', exp: START_S + 300 }).setProtectedHeader({
      alg: 'ES256',
      kid: '2',
      ...own,
    });
    expect(await bearer(source({}), await forged.sign(eve.privateKey('0')))).toEqual(unknown('invalid'));
    expect(await bearer(source({}), await eve.token({}, { kid: '0' }))).toEqual(unknown('invalid'));
  });

  it('out of its time, beyond what clocks may differ', async () => {
    const clock = new FakeClock();
    const strict = source({ clockToleranceSeconds: 10 }, clock);
    expect(await bearer(strict, await id.token({ exp: START_S - 11 }))).toEqual(unknown('expired'));
    expect(await bearer(strict, await id.token({ exp: START_S - 9 }))).toEqual(known('ann'));
    expect(await bearer(strict, await id.token({ nbf: START_S + 11 }))).toEqual(unknown('invalid'));
    expect(await bearer(strict, await id.token({ nbf: START_S + 9 }))).toEqual(known('ann'));
    const endless = await new SignJWT({ sub: 'ann' })
      .setProtectedHeader({ alg: 'ES256', kid: '2' })
      .sign(id.privateKey('2'));
    expect(await bearer(strict, endless)).toEqual(unknown('invalid'));
  });

  it('of another issuer, or for another audience', async () => {
    const strict = source({ issuer: 'https://id.example', audience: ['claims', 'queue'] });
    const right = { iss: 'https://id.example', aud: ['other', 'queue'] };
    expect(await bearer(strict, await id.token(right))).toEqual(known('ann'));
    expect(await bearer(strict, await id.token({ ...right, iss: 'https://id.example/' }))).toEqual(unknown('invalid'));
    expect(await bearer(strict, await id.token({ ...right, aud: 'other' }))).toEqual(unknown('invalid'));
    expect(await bearer(strict, await id.token({ iss: right.iss }))).toEqual(unknown('invalid'));
  });

  it('altered in any one character', async () => {
    const token = await id.token({}, { kid: '3' });
    const strict = source({});
    for (let at = 0; at < token.length; at += 3) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const altered = token.slice(0, at) + other + token.slice(at + 1);
      expect((await bearer(strict, altered)).kind).toBe('unknown');
    }
  });
});
