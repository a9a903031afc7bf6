/** An issuer of tokens for tests: its keys, its tokens, and sources that believe it. */
import { createHash } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose';
import type { ClaimantOutcome, ClaimantSource } from '../../src/claimant/claimant-source.js';

export const START_S = 1_770_000_000;
export const SECRET = createHash('sha256').update('shared with the issuer').digest();
export const ADDRESS = { text: '198.51.100.1', key: '198.51.100.1', fromTrustedPeer: false };

export interface Issuer {
  readonly keys: JSONWebKeySet;
  token(payload: JWTPayload, options?: { alg?: string; kid?: string }): Promise<string>;
  privateKey(kid: string): CryptoKey;
}

/** @param algorithms - one key for each, by the key id of its place: `0`, `1` … */
export async function issuer(...algorithms: string[]): Promise<Issuer> {
  const privateKeys = new Map<string, { readonly alg: string; readonly key: CryptoKey }>();
  const keys: JSONWebKeySet['keys'] = [];
  for (const [index, alg] of algorithms.entries()) {
    const pair = await generateKeyPair(alg, { extractable: true });
    privateKeys.set(String(index), { alg, key: pair.privateKey });
    keys.push({ ...(await exportJWK(pair.publicKey)), kid: String(index), alg });
  }
  return {
    keys: { keys },
    privateKey: (kid) => privateKeys.get(kid)!.key,
    token(payload, { kid = '0', alg = privateKeys.get(kid)!.alg } = {}) {
      const complete = { sub: 'ann', exp: START_S + 300, ...payload };
      return new SignJWT(complete).setProtectedHeader({ alg, kid }).sign(privateKeys.get(kid)!.key);
    },
  };
}

export function sharedToken(payload: JWTPayload = {}, secret: Uint8Array = SECRET, alg = 'HS256'): Promise<string> {
  return new SignJWT({ sub: 'ann', exp: START_S + 300, ...payload }).setProtectedHeader({ alg }).sign(secret);
}

/** Who asks with these fields. */
export async function identify(source: ClaimantSource, ...rawHeaders: string[]): Promise<ClaimantOutcome> {
  const cookie = rawHeaders[rawHeaders.findIndex((name, at) => at % 2 === 0 && name === 'Cookie') + 1];
  const request = { rawHeaders, headers: rawHeaders.includes('Cookie') ? { cookie } : {} };
  await source.prepare(request);
  return source.identify(request, ADDRESS);
}

export const bearer = (source: ClaimantSource, token: string) => identify(source, 'Authorization', `Bearer ${token}`);
