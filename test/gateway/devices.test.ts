import { afterEach, describe, expect, it } from '@jest/globals';
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { CLAIMS, GatewayBench } from '../support/gateway.js';
import { type Answer, send } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

async function opened(device: Record<string, unknown> = {}, campaign: Record<string, unknown> = {}) {
  const upstream = await bench.recording();
  const { port } = await bench.open(upstream.url, { campaign: { claimant: { from: 'device', device }, ...campaign } });
  const post = (cookie = '', more: Record<string, string> = {}) =>
    send(port, {
      method: 'POST',
      path: CLAIMS,
      headers: { ...(cookie === '' ? {} : { cookie }), ...more },
      body: '{}',
    });
  return { upstream, port, post };
}

/** What a browser sends back of the cookies of an answer. */
function kept(answer: Answer): string {
  return [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

describe('an anonymous device', () => {
  it('gets a number on its second request only, and is the same one from then on', async () => {
    const { post, upstream } = await opened({}, { claims: { mode: 'per-claimant' } });
    const first = await post();
    expect(first.json()).toMatchObject({ status: 401, code: 'DEVICE_NEEDED' });
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/^spillway-device-lny=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(upstream.requests).toEqual([]);
    expect((await post(kept(first))).status).toBe(201);
    expect((await post(kept(first))).headers['idempotency-replayed']).toBe('true');
    const other = await post(kept(await post()));
    expect([other.status, other.headers['idempotency-replayed']]).toEqual([201, undefined]);
    const names = upstream.requests.map((one) => String(one.headers['spillway-claimant']));
    expect(names).toEqual([expect.stringMatching(/^device\..{22}$/), expect.stringMatching(/^device\..{22}$/)]);
    expect(names[0]).not.toBe(names[1]);
  });

  it('cannot make its cookie itself, nor take one of another campaign', async () => {
    const { post, upstream } = await opened();
    const cookie = kept(await post());
    const [, claimant, rest] = /=([^.]+)(.*)$/.exec(cookie)!;
    const forged = [`spillway-device-lny=${claimant}`, cookie.replace(claimant!, `A${claimant!.slice(1)}`)];
    forged.push(cookie.slice(0, -1), `${cookie}A`, `spillway-device-lny=x${rest}`, `${cookie}; ${kept(await post())}`);
    const other = await opened({}, { id: 'other' });
    forged.push(kept(await other.post()).replace('-other=', '-lny='));
    for (const one of forged) expect((await post(one)).json()).toMatchObject({ code: 'DEVICE_NEEDED' });
    expect(upstream.requests).toEqual([]);
  });

  it('is not claimed for by another site', async () => {
    const { post, upstream } = await opened();
    const answer = await post(kept(await post()), { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' });
    expect(answer.json()).toMatchObject({ code: 'CROSS_SITE' });
    expect(upstream.requests).toEqual([]);
  });

  it('that looks at the page of the line has its cookie before it joins', async () => {
    const { port } = await opened();
    const page = await send(port, { path: '/queue/lny', headers: { accept: 'text/html' } });
    const headers = { cookie: kept(page), accept: 'text/html', 'sec-fetch-site': 'same-origin' };
    const joined = await send(port, { method: 'POST', path: '/queue/lny/tickets', headers });
    expect([page.status, joined.status, joined.headers['set-cookie']]).toEqual([200, 303, [expect.any(String)]]);
  });
});

describe('an anonymous device where work is asked for', () => {
  const work = { proofOfWork: true, cost: 100 };
  const device = '/queue/lny/device';
  const challengeOf = async (port: number) => (await send(port, { path: device })).json().challenge as Challenge;
  const redeem = (port: number, body: object) =>
    send(port, { method: 'POST', path: device, body: JSON.stringify(body) });

  it('gets its cookie for a solution, one device for one solution, and no other way', async () => {
    const { port, post } = await opened(work);
    const refused = await post();
    expect(refused.json()).toMatchObject({ code: 'DEVICE_NEEDED', challenge: device });
    expect(refused.headers['set-cookie']).toBeUndefined();
    const challenge = await challengeOf(port);
    const solution = await solveChallenge({ challenge, deriveKey });
    const redeemed = [await redeem(port, { challenge, solution }), await redeem(port, { challenge, solution })];
    expect(redeemed.map(({ status }) => status)).toEqual([204, 204]);
    const names = redeemed.map((one) => /lny=([^.]+)/.exec(kept(one))![1]);
    expect(names[0]).toBe(names[1]);
    expect((await post(kept(redeemed[0]!))).status).toBe(201);
  });

  it('gets none for a wrong, an easier, or a foreign solution', async () => {
    const { port } = await opened(work);
    const challenge = await challengeOf(port);
    const solution = (await solveChallenge({ challenge, deriveKey }))!;
    const easier = { ...challenge, parameters: { ...challenge.parameters, keyPrefix: '0' } };
    const own = await challengeOf((await opened(work, { id: 'other', routes: [{ path: '/o' }] })).port).catch(
      () => null,
    );
    const wrong = [
      { challenge, solution: { ...solution, counter: solution.counter + 1 } },
      { challenge: easier, solution },
      { challenge: { ...challenge, signature: 'a'.repeat(64) }, solution },
      { challenge: { parameters: challenge.parameters }, solution },
      { challenge: own, solution },
      { challenge },
      [],
    ];
    for (const one of wrong) {
      const answer = await redeem(port, one);
      expect([answer.status, answer.headers['set-cookie']]).toEqual([400, undefined]);
    }
    expect((await send(port, { method: 'POST', path: device, body: 'x'.repeat(5000) })).status).toBe(413);
  });

  it('finds no challenge where none is asked for', async () => {
    const { port } = await opened();
    expect((await send(port, { path: device })).json()).toMatchObject({ code: 'NO_ROUTE' });
  });
});
