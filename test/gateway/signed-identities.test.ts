import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SignedCookies } from '../../src/claimant/signed-cookie.js';
import { type Issuer, issuer, sharedToken } from '../claimant/tokens.js';
import { CLAIMS, GatewayBench } from '../support/gateway.js';
import { type Sent, send } from './client.js';

const SECRET = 'shared by issuer and gateway: 32+';
const bench = new GatewayBench();
const folder = mkdtempSync(join(tmpdir(), 'spillway-keys-'));
const jwksFile = join(folder, 'keys.json');
const inFuture = () => Math.floor(Date.now() / 1000) + 300;
let id: Issuer;

beforeAll(async () => {
  id = await issuer('ES256');
  writeFileSync(jwksFile, JSON.stringify(id.keys));
});
afterEach(() => bench.stopAll());
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(claimant: Record<string, unknown>, campaign: Record<string, unknown> = {}) {
  const upstream = await bench.recording();
  const { port } = await bench.open(upstream.url, { campaign: { claimant, ...campaign } });
  const post = (headers: Record<string, string>, more: Partial<Sent> = {}) =>
    send(port, { method: 'POST', path: CLAIMS, body: '{}', headers, ...more });
  return { upstream, port, post };
}

describe('a gateway that believes tokens', () => {
  const claimant = () => ({ from: 'jwt', jwt: { jwksFile } });

  it('lets in whom a token names, and tells the service', async () => {
    const { post, upstream } = await opened(claimant());
    const token = await id.token({ sub: 'u-7', exp: inFuture() });
    const headers = { authorization: `Bearer ${token}`, 'x-user-id': 'eve', connection: 'close, authorization' };
    expect((await post(headers)).status).toBe(201);
    expect((await post(headers)).status).toBe(201);
    expect(upstream.requests.map((one) => one.headers['spillway-claimant'])).toEqual(['u-7', 'u-7']);
    expect(upstream.requests[0]!.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('answers 401 with the reason to everybody else, and hands nothing over', async () => {
    const { post, upstream } = await opened(claimant());
    const late = await id.token({ exp: inFuture() - 3600 });
    const forged = await (await issuer('ES256')).token({ exp: inFuture() });
    const answers = [await post({}), await post({ authorization: `Bearer ${late}` })];
    answers.push(await post({ authorization: `Bearer ${forged}` }), await post({ 'x-user-id': 'ann' }));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ code: 'CLAIMANT_UNKNOWN' });
      expect(answer.headers['www-authenticate']).toBeDefined();
      expect(answer.body.toString()).not.toContain(forged.slice(-20));
    }
    expect(String(answers[1]!.json().detail)).toMatch(/out of date/);
    expect(upstream.requests).toEqual([]);
  });

  it('keeps places, tickets and the ledger by whom a token names, whatever token says so', async () => {
    const { port, post } = await opened(claimant(), { claims: { mode: 'per-claimant' } });
    const bearer = async (sub: string, jti: string) => ({
      authorization: `Bearer ${await id.token({ sub, jti, exp: inFuture() })}`,
    });
    expect((await post(await bearer('ann', '1'))).status).toBe(201);
    const again = await post(await bearer('ann', '2'));
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    const path = '/queue/lny/tickets';
    const joined = await send(port, { method: 'POST', path, headers: await bearer('ben', '1') });
    const found = await send(port, { path: `${path}/me`, headers: await bearer('ben', '2') });
    expect([joined.status, found.status]).toEqual([201, 200]);
    expect(found.json().number).toBe(joined.json().number);
    expect((await send(port, { method: 'DELETE', path: `${path}/me`, headers: await bearer('ben', '3') })).status).toBe(
      204,
    );
    expect((await send(port, { method: 'POST', path })).json()).toMatchObject({ code: 'CLAIMANT_UNKNOWN' });
  });

  it('says 503 and when to come again while the keys cannot be had, and believes nobody meanwhile', async () => {
    const { post, upstream } = await opened({ from: 'jwt', jwt: { jwksUrl: 'http://127.0.0.1:1/keys' } });
    const answer = await post({ authorization: `Bearer ${await id.token({ exp: inFuture() })}` });
    expect(answer.json()).toMatchObject({ status: 503, code: 'IDENTITY_UNAVAILABLE' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(upstream.requests).toEqual([]);
  });

  it('takes shared secrets, any of those listed', async () => {
    const keys = [
      { id: 'new', secret: 'another secret that is long enough' },
      { id: 'old', secret: SECRET },
    ];
    const { post } = await opened({ from: 'jwt', keys, jwt: { algorithms: ['HS256'] } });
    for (const { secret } of keys) {
      const token = await sharedToken({ exp: inFuture() }, Buffer.from(secret));
      expect((await post({ authorization: `Bearer ${token}` })).status).toBe(201);
    }
  });
});

describe('a gateway that believes signed cookies', () => {
  const keys = [{ id: 'k1', secret: SECRET }];
  const claimant = { from: 'signed-cookie', name: 'who', keys };
  const signed = new SignedCookies('who', [{ id: 'k1', secret: Buffer.from(SECRET) }]);

  it('lets in whom the cookie names, under whatever later end, and nobody who made it up', async () => {
    const { post, upstream } = await opened(claimant, { claims: { mode: 'per-claimant' } });
    expect((await post({ cookie: `who=${signed.sign('ann', inFuture())}` })).status).toBe(201);
    const renewed = await post({ cookie: `who=${signed.sign('ann', inFuture() + 60)}` });
    expect(renewed.headers['idempotency-replayed']).toBe('true');
    expect((await post({ cookie: 'who=ann' })).json()).toMatchObject({ code: 'CLAIMANT_UNKNOWN' });
    expect((await post({ cookie: `who=${signed.sign('ann', 1)}` })).status).toBe(401);
    expect(upstream.requests.map((one) => one.headers['spillway-claimant'])).toEqual(['ann']);
  });

  it('does nothing in its name for another site', async () => {
    const { post, upstream } = await opened(claimant);
    const cookie = `who=${signed.sign('ann', inFuture())}`;
    const answer = await post({ cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
    expect(answer.json()).toMatchObject({ code: 'CROSS_SITE' });
    expect(upstream.requests).toEqual([]);
  });

  it('takes a secret that was exchanged in its file with the next reload, without a restart', async () => {
    const secretFile = join(folder, 'cookie-key');
    const [before, after] = ['the first secret of the application', 'the second secret of the application'];
    const cookie = (secret: string) =>
      `who=${new SignedCookies('who', [{ id: 'k1', secret: Buffer.from(secret) }]).sign('ann', inFuture())}`;
    writeFileSync(secretFile, before);
    const upstream = await bench.recording();
    const from = { from: 'signed-cookie', name: 'who', keys: [{ id: 'k1', secretFile }] };
    const { port, gateway } = await bench.open(upstream.url, { campaign: { claimant: from } });
    const status = async (secret: string) =>
      (await send(port, { method: 'POST', path: CLAIMS, headers: { cookie: cookie(secret) }, body: '{}' })).status;
    expect([await status(before), await status(after)]).toEqual([201, 401]);
    expect(await gateway.reload('signal')).toMatchObject({ kind: 'unchanged' });
    writeFileSync(secretFile, after);
    expect(await gateway.reload('signal')).toMatchObject({ kind: 'applied', changed: ['contents of files'] });
    expect([await status(before), await status(after)]).toEqual([401, 201]);
  });
});
