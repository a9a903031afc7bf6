import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CAMPAIGN, CLAIMS, GatewayBench } from '../support/gateway.js';
import { claim, send, valuesOf } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** What the service sees of one claim with `headers`. */
async function seen(headers: Record<string, string | string[]>, server: Record<string, unknown> = {}) {
  const upstream = await bench.recording();
  const { port } = await bench.open(upstream.url, { server });
  const answer = await claim(port, 'ann', { headers: { host: 'shop.example', ...headers } });
  expect(answer.status).toBe(201);
  const [recorded] = upstream.requests;
  if (recorded === undefined) throw new Error('The claim did not reach the service');
  const values = (name: string): string[] => valuesOf(recorded.rawHeaders, name);
  const names = recorded.rawHeaders.filter((_, at) => at % 2 === 0);
  return { recorded, values, names, upstream };
}

describe('what the service sees of a claim', () => {
  it('claimant and campaign, as Spillway knows them', async () => {
    const { values } = await seen({});
    expect([values('spillway-claimant'), values('spillway-campaign')]).toEqual([['ann'], ['lny']]);
  });

  it('none of the fields a client sends under Spillway-*, however spelt; its ticket neither', async () => {
    const { values, names } = await seen({
      'Spillway-Claimant': 'rich-uncle',
      'SPILLWAY-CAMPAIGN': 'other',
      'Spillway-Admitted': 'yes',
      spillway_claimant: 'rich-uncle',
      Spillway_Ticket: 'x',
      'Spillway.Claimant': 'rich-uncle',
      'Spillway~Campaign': 'other',
    });
    expect([values('spillway-claimant'), values('spillway-campaign')]).toEqual([['ann'], ['lny']]);
    const ours = names.filter((name) => /^spillway\W|^spillway_/i.test(name)).map((name) => name.toLowerCase());
    expect(ours.sort()).toEqual(['spillway-campaign', 'spillway-claimant']);
  });

  it('one name of who asks: none that a careless server would read as a second one', async () => {
    const { names } = await seen({ 'X-User_Id': 'rich-uncle', X_User_Id: 'rich-uncle', 'X.User.Id': 'rich-uncle' });
    expect(names.filter((name) => /^x.user.id$/i.test(name))).toEqual(['x-user-id']);
  });

  it('no name of who asks from somebody who may not say so, beside the line either', async () => {
    const upstream = await bench.recording();
    const claimant = { from: 'header', name: 'x-user-id' };
    const names = async (trustProxy: string[]) => {
      const { port } = await bench.open(upstream.url, { server: { trustProxy }, campaign: { claimant } });
      expect((await send(port, { path: CAMPAIGN, headers: { 'X-User-Id': 'rich-uncle' } })).status).toBe(201);
      return Object.keys(upstream.requests.at(-1)!.headers);
    };
    expect(await names(['10.0.0.0/8'])).not.toContain('x-user-id');
    expect(await names(['127.0.0.0/8'])).toContain('x-user-id');
  });

  it('the way of the request, with nothing believed of what a stranger says about it', async () => {
    const { values } = await seen({
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      'x-real-ip': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
    });
    expect(values('x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(values('x-forwarded-proto')).toEqual(['http']);
    expect(values('x-forwarded-host')).toEqual(['shop.example']);
    expect(values('x-real-ip')).toEqual([]);
    expect(values('forwarded')).toEqual(['for=127.0.0.1;host=shop.example;proto=http']);
    expect(values('via')).toEqual(['1.1 spillway']);
  });

  it('the chain of a listed proxy, and this hop at its end', async () => {
    const { values } = await seen(
      { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https', forwarded: 'for=203.0.113.9;proto=https' },
      { trustProxy: ['127.0.0.1/32'] },
    );
    expect(values('x-forwarded-for')).toEqual(['203.0.113.9, 127.0.0.1']);
    expect(values('x-forwarded-proto')).toEqual(['https']);
    expect(values('forwarded')).toEqual(['for=203.0.113.9;proto=https, for=127.0.0.1;host=shop.example;proto=http']);
  });

  it('a trace: the one that came, or a new one', async () => {
    const given = await seen({ traceparent: TRACE, tracestate: 'a=1' });
    expect([given.values('traceparent'), given.values('tracestate')]).toEqual([[TRACE], ['a=1']]);
    const made = await seen({ traceparent: 'nonsense', tracestate: 'a=1' });
    expect(made.values('traceparent')).toEqual([expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/)]);
    expect(made.values('tracestate')).toEqual([]);
  });

  it('its own fields unchanged, in order and number; none that is hop by hop', async () => {
    const { values, names } = await seen({
      authorization: 'Bearer x',
      cookie: 'session=1',
      'idempotency-key': '"k-1"',
      'x-many': ['1', '2', '3'],
      te: 'trailers',
      connection: 'close, x-gone, authorization',
      'x-gone': '1',
      upgrade: 'h2c',
      'proxy-authorization': 'Basic x',
    });
    expect(values('authorization')).toEqual(['Bearer x']);
    expect(values('cookie')).toEqual(['session=1']);
    expect(values('idempotency-key')).toEqual(['"k-1"']);
    expect(values('x-many')).toEqual(['1', '2', '3']);
    const lower = names.map((name) => name.toLowerCase());
    for (const hop of ['te', 'x-gone', 'upgrade', 'transfer-encoding', 'expect']) expect(lower).not.toContain(hop);
    expect(lower.filter((name) => name === 'host').length).toBe(1);
    expect(lower.filter((name) => name === 'content-length').length).toBe(1);
  });

  it('whoever claims, though Connection names the fields that say so (CVE-2026-33805 class)', async () => {
    const { values } = await seen({
      connection:
        'close, X-User-Id, Spillway-Claimant, Spillway-Campaign, X-Forwarded-For, Forwarded, Via, Content-Type',
    });
    expect([values('x-user-id'), values('spillway-claimant'), values('spillway-campaign')]).toEqual([
      ['ann'],
      ['ann'],
      ['lny'],
    ]);
    expect([values('x-forwarded-for').length, values('forwarded').length, values('via').length]).toEqual([1, 1, 1]);
    expect(values('content-type')).toEqual(['application/json']);
  });

  it('on a pass route the campaign, and no claimant that nobody checked', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url);
    await send(port, { path: `${CAMPAIGN}?x=1`, headers: { 'spillway-claimant': 'rich-uncle' } });
    const [recorded] = upstream.requests;
    expect(recorded?.url).toBe(`${CAMPAIGN}?x=1`);
    expect(valuesOf(recorded!.rawHeaders, 'spillway-claimant')).toEqual([]);
    expect(valuesOf(recorded!.rawHeaders, 'spillway-campaign')).toEqual(['lny']);
  });

  it('a claimant by cookie or address as the same field', async () => {
    const upstream = await bench.recording();
    const cookie = await bench.open(upstream.url, { campaign: { claimant: { from: 'cookie', name: 'uid' } } });
    await send(cookie.port, { method: 'POST', path: CLAIMS, headers: { cookie: 'uid=ann; uid2=ben' }, body: '' });
    const address = await bench.open(upstream.url, { campaign: { claimant: { from: 'address' } } });
    await send(address.port, { method: 'POST', path: CLAIMS, body: '' });
    expect(upstream.requests.map(({ headers }) => headers['spillway-claimant'])).toEqual(['ann', '127.0.0.1']);
  });

  it('the claimant header counts only from listed proxies, unless declared unverified', async () => {
    const upstream = await bench.recording();
    const claimant = { from: 'header', name: 'x-user-id' };
    const stranger = await bench.open(upstream.url, { campaign: { claimant } });
    expect((await claim(stranger.port, 'ann')).status).toBe(401);
    const listed = await bench.open(upstream.url, { campaign: { claimant }, server: { trustProxy: ['127.0.0.1'] } });
    expect((await claim(listed.port, 'ann')).status).toBe(201);
    expect(upstream.requests.length).toBe(1);
  });

  it('a proof that the request came through the gateway, where keys are shared; never one that a client made', async () => {
    const upstream = await bench.recording();
    const proofKeys = [{ id: 'p1', secret: 'shared by gateway and service: 32+' }];
    const { port } = await bench.open(upstream.url, { upstream: { proofKeys } });
    await claim(port, 'ann', { headers: { 'spillway-proof': 'v1.p1.1.x', 'idempotency-key': 'k-1' } });
    await send(port, { path: `${CAMPAIGN}?x=1` });
    const code = /```js\n(.*?)```/s.exec(readFileSync('docs/admission-proof.md', 'utf8'))![1]!;
    const verifier = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      cameThroughSpillway(request: object, keys: object): boolean;
    };
    const keys = { p1: proofKeys[0]!.secret };
    expect(upstream.requests.map((one) => verifier.cameThroughSpillway(one, keys))).toEqual([true, true]);
    const [claimed] = upstream.requests;
    const headers = { ...claimed!.headers, 'spillway-claimant': 'eve' };
    expect(verifier.cameThroughSpillway({ ...claimed, headers }, keys)).toBe(false);
    const plain = await seen({ 'spillway-proof': 'v1.p1.1.x' });
    expect(plain.values('spillway-proof')).toEqual([]);
  });
});
