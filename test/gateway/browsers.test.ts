import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { type Answer, send, valuesOf } from './client.js';
import { expectProblem } from './problems.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const PAGE = '/queue/lny';
const TICKETS = `${PAGE}/tickets`;
const CLAIMS = '/campaigns/lny/claims';
const FOREIGN = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const ANN = { cookie: 'uid=ann' };

async function open(campaign: Record<string, unknown> = {}, server = {}): Promise<RunningGateway> {
  const upstream = await bench.recording();
  return bench.open(upstream.url, {
    campaign: {
      routes: [{ methods: ['GET', 'POST'], path: CLAIMS }],
      claimant: { from: 'cookie', name: 'uid' },
      admission: { ratePerSecond: 0.01, burst: 1 },
      ...campaign,
    },
    server,
  });
}

const ticketCookie = (answer: Answer) => valuesOf(answer.rawHeaders, 'set-cookie').map((value) => value.split(';')[0]!);

describe('another site', () => {
  const refused = { status: 403, code: 'CROSS_SITE', again: false };
  const shop = 'https://shop.example';

  it.each([
    ['Fetch Metadata', { 'sec-fetch-site': 'cross-site' }],
    ['Fetch Metadata of a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://sister.test' }],
    ['Origin', { origin: 'https://evil.test' }],
    ['an opaque Origin', { origin: 'null' }],
  ])('neither claims, joins nor leaves in the name of whom a cookie names: %s', async (_name, headers) => {
    const { port } = await open();
    for (const [method, path] of [
      ['POST', CLAIMS],
      ['POST', TICKETS],
      ['DELETE', `${TICKETS}/me`],
      ['POST', `${PAGE}/leave`],
    ] as const) {
      expectProblem(await send(port, { method, path, headers: { ...ANN, ...headers } }), refused);
    }
    expect((await send(port, { path: `${PAGE}/status.json` })).json().tail).toBe(0);
  });

  it('may link to a claim by GET, and not load it as a picture', async () => {
    const { port } = await open({ admission: { ratePerSecond: 1000, burst: 100 } });
    const link = await send(port, { path: CLAIMS, headers: { accept: 'text/html', ...FOREIGN, ...ANN } });
    expect(link.status).toBe(201);
    const picture = { ...ANN, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    expectProblem(await send(port, { path: CLAIMS, headers: picture }), refused);
  });

  it('may do all that where its origin is configured, and where a field says who asks', async () => {
    const listed = await open({}, { cors: { origins: [shop] } });
    const headers = { ...ANN, origin: shop, 'sec-fetch-site': 'cross-site' };
    expect((await send(listed.port, { method: 'POST', path: TICKETS, headers })).status).toBe(201);
    const byField = await open({ claimant: { from: 'header', name: 'x-user-id', unverified: true } });
    const forged = { 'x-user-id': 'ann', origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
    expect((await send(byField.port, { method: 'POST', path: TICKETS, headers: forged })).status).toBe(201);
  });
});

describe('the ticket cookie', () => {
  const byField = { claimant: { from: 'header', name: 'x-user-id', unverified: true } };

  it('goes to browsers that join or wait, and not to programs', async () => {
    const { port } = await open(byField);
    const program = await send(port, { method: 'POST', path: TICKETS, headers: { 'x-user-id': 'zoe' } });
    expect([program.status, ticketCookie(program)]).toEqual([201, []]);
    const headers = { 'x-user-id': 'ann', 'sec-fetch-site': 'same-origin' };
    const joined = await send(port, { method: 'POST', path: TICKETS, headers });
    expect(valuesOf(joined.rawHeaders, 'set-cookie')).toEqual([
      `spillway-lny=${joined.json().ticket}; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax`,
    ]);
    await send(port, { method: 'POST', path: CLAIMS, headers: { 'x-user-id': 'first' } });
    const queued = await send(port, { method: 'POST', path: CLAIMS, headers: { ...headers, 'x-user-id': 'ben' } });
    expect(ticketCookie(queued)).toEqual([`spillway-lny=${queued.json().ticket}`]);
  });

  it('is not said again while it is the newest, is for `me` alone, and ends with the place', async () => {
    const { port } = await open(byField);
    const { ticket } = (await send(port, { method: 'POST', path: TICKETS, headers: { 'x-user-id': 'ann' } })).json();
    const cookie = { cookie: `spillway-lny=${ticket}` };
    const same = await send(port, { path: `${TICKETS}/me`, headers: cookie });
    expect([same.json().number, ticketCookie(same)]).toEqual([1, []]);
    const other = await send(port, { path: `${TICKETS}/${ticket}`, headers: { cookie: 'spillway-lny=old' } });
    expect([other.status, ticketCookie(other)]).toEqual([200, []]);
    const left = await send(port, {
      method: 'DELETE',
      path: `${TICKETS}/me`,
      headers: { ...cookie, 'x-user-id': 'ann' },
    });
    expect([left.status, ticketCookie(left)]).toEqual([204, ['spillway-lny=']]);
    const after = await send(port, { path: `${TICKETS}/me`, headers: cookie });
    expect([after.json().state, ticketCookie(after)]).toEqual(['left', ['spillway-lny=']]);
  });
});
