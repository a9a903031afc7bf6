import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { type Answer, send, valuesOf } from './client.js';
import { expectProblem } from './problems.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const PAGE = '/queue/lny';
const TICKETS = `${PAGE}/tickets`;
const CLAIMS = '/campaigns/lny/claims';
/** As Chromium navigates. */
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-language': 'en-GB,en;q=0.9' };
const OWN = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
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
const text = (answer: Answer) => answer.body.toString('utf8');

describe('GET {base}/{campaign}', () => {
  it.each([
    ['nothing said', {}, 'application/json'],
    ['anything', { accept: '*/*' }, 'application/json'],
    ['JSON', { accept: 'application/json' }, 'application/json'],
    ['a browser', HTML, 'text/html; charset=utf-8'],
    ['HTML a little less than JSON', { accept: 'text/html;q=0.5, application/json' }, 'application/json'],
    ['no HTML', { accept: 'text/html;q=0' }, 'application/json'],
  ])('with %s in Accept', async (_name, headers, type) => {
    const { port } = await open();
    const answer = await send(port, { path: PAGE, headers });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
    expect(answer.headers.vary).toBe('Accept, Accept-Language');
    const html = type.startsWith('text/html');
    expect(answer.headers['cache-control']).toBe(html ? 'no-store' : 'public, max-age=1');
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(/script-src 'sha256-/.test(policy)).toBe(html);
  });

  it('speaks the language asked for, and shows name and brand as configured', async () => {
    const { port } = await open({ page: { title: 'Frühling <1>', language: 'de', brand: { name: 'Lantern' } } });
    const spanish = await send(port, { path: PAGE, headers: { ...HTML, 'accept-language': 'es' } });
    expect(spanish.headers['content-language']).toBe('es');
    const other = await send(port, { path: PAGE, headers: { ...HTML, 'accept-language': 'fr' } });
    expect(other.headers['content-language']).toBe('de');
    expect(text(other)).toContain('Frühling &#60;1&#62;');
    expect(text(other)).toContain('Lantern');
  });

  it('shows their place to who is in line, by cookie or claimant, and to HEAD no body', async () => {
    const { port } = await open();
    await send(port, { method: 'POST', path: TICKETS, headers: ANN });
    const byName = await send(port, { path: PAGE, headers: { ...HTML, ...ANN } });
    expect(text(byName)).toContain('You are in line');
    const [cookie] = ticketCookie(byName);
    expect(cookie).toMatch(/^spillway-lny=\w/);
    const byCookie = await send(port, { path: PAGE, headers: { ...HTML, cookie: `uid=ann; ${cookie}` } });
    expect(text(byCookie)).toContain('You are in line');
    expect(ticketCookie(byCookie)).toEqual([]);
    const nobody = await send(port, { path: PAGE, headers: HTML });
    expect(text(nobody)).toContain('The line is open');
    const head = await send(port, { method: 'HEAD', path: PAGE, headers: HTML });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it.each([
    ['/campaigns/lny', '/campaigns/lny'],
    ['/campaigns/lny?from=mail', '/campaigns/lny?from=mail'],
    [CLAIMS, CLAIMS],
    ['https://evil.test/', '/campaigns/lny'],
    ['//evil.test', '/campaigns/lny'],
    ['/elsewhere', '/campaigns/lny'],
    ['/campaigns/lny/../../elsewhere', '/campaigns/lny'],
    ['javascript:alert(1)', '/campaigns/lny'],
  ])('with ?return=%s goes on at %s', async (wanted, next) => {
    const { port } = await open({ page: { returnTo: '/campaigns/lny' } });
    const answer = await send(port, { path: `${PAGE}?return=${encodeURIComponent(wanted)}`, headers: HTML });
    expect(text(answer)).toContain(`<a class="button" href="${next}">`);
    expect(text(answer)).not.toContain('evil');
  });
});

describe('a claim by GET that may not pass', () => {
  it('is answered by the page for a browser, with the status and fields of the refusal', async () => {
    const { port } = await open();
    await send(port, { path: CLAIMS, headers: { cookie: 'uid=first' } });
    const page = await send(port, { path: `${CLAIMS}?a=1`, headers: { ...HTML, ...OWN, ...ANN } });
    expect(page.status).toBe(429);
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'spillway-code': 'QUEUED' });
    expect(Number(page.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(text(page)).toContain('You are in line');
    expect(text(page)).toContain(`href="${CLAIMS}?a=1"`);
    expect(ticketCookie(page)).toEqual([`spillway-lny=${page.headers['spillway-ticket']}`]);
    const json = await send(port, { path: CLAIMS, headers: ANN });
    expect(json.headers['content-type']).toBe('application/problem+json');
  });

  it('says that the campaign is over, and before its opening when it begins', async () => {
    const over = await open({ schedule: { closesAt: '2026-01-01T00:00:00Z' } });
    const ended = await send(over.port, { path: CLAIMS, headers: { ...HTML, ...OWN, ...ANN } });
    expect([ended.status, ended.headers['spillway-code']]).toEqual([410, 'ENDED']);
    expect(text(ended)).toContain('The campaign has ended');
    const opensAt = '2125-01-01T00:00:00Z';
    const early = await open({ schedule: { opensAt } });
    const scheduled = await send(early.port, { path: CLAIMS, headers: { ...HTML, ...OWN, ...ANN } });
    expect([scheduled.status, scheduled.headers['spillway-code']]).toEqual([403, 'NOT_STARTED']);
    expect(text(scheduled)).toContain('Not open yet');
  });

  it('never is a page for POST, nor for what nobody can wait for', async () => {
    const { port } = await open();
    await send(port, { path: CLAIMS, headers: { cookie: 'uid=first' } });
    const posted = await send(port, { method: 'POST', path: CLAIMS, headers: { ...HTML, ...OWN, ...ANN } });
    expect([posted.status, posted.headers['content-type']]).toEqual([429, 'application/problem+json']);
    const unknown = await send(port, { path: CLAIMS, headers: { ...HTML, ...OWN } });
    expectProblem(unknown, { status: 401, code: 'CLAIMANT_UNKNOWN', again: false });
  });
});

describe('forms of browsers without scripts', () => {
  const form = { ...HTML, ...OWN, ...ANN, 'content-type': 'application/x-www-form-urlencoded' };
  const query = `?return=${encodeURIComponent('/campaigns/lny')}`;

  it('join and leave, and come back to the page by 303', async () => {
    const { port } = await open();
    const joined = await send(port, { method: 'POST', path: `${TICKETS}${query}`, headers: form });
    expect([joined.status, joined.headers.location]).toEqual([303, `${PAGE}${query}`]);
    const [cookie] = ticketCookie(joined);
    const shown = await send(port, { path: joined.headers.location as string, headers: { ...HTML, cookie: cookie! } });
    expect(text(shown)).toContain('You are in line');
    const both = { ...form, cookie: `uid=ann; ${cookie}` };
    const left = await send(port, { method: 'POST', path: `${PAGE}/leave${query}`, headers: both });
    expect([left.status, left.headers.location]).toEqual([303, `${PAGE}${query}`]);
    expect(valuesOf(left.rawHeaders, 'set-cookie')[0]).toMatch(/^spillway-lny=; Max-Age=0;/);
    const after = await send(port, { path: PAGE, headers: { ...HTML, ...ANN } });
    expect(text(after)).toContain('The line is open');
  });

  it('are never sent elsewhere', async () => {
    const { port } = await open();
    const path = `${TICKETS}?return=${encodeURIComponent('https://evil.test/')}`;
    const joined = await send(port, { method: 'POST', path, headers: form });
    expect(joined.headers.location).toBe(PAGE);
  });

  it('of programs get a document, or nothing', async () => {
    const { port } = await open();
    await send(port, { method: 'POST', path: TICKETS, headers: ANN });
    const left = await send(port, { method: 'POST', path: `${PAGE}/leave`, headers: ANN });
    expect([left.status, left.body.length]).toEqual([204, 0]);
  });

  it('of another site are refused, and nothing is done', async () => {
    const { port } = await open({ claimant: { from: 'header', name: 'x-user-id', unverified: true } });
    const headers = { ...HTML, ...FOREIGN, 'x-user-id': 'ann' };
    for (const path of [TICKETS, `${PAGE}/leave`]) {
      expectProblem(await send(port, { method: 'POST', path, headers }), {
        status: 403,
        code: 'CROSS_SITE',
        again: false,
      });
    }
    expect((await send(port, { path: `${PAGE}/status.json` })).json().tail).toBe(0);
  });
});
