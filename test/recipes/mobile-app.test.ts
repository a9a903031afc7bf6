/** The app of the recipe against gateways that are busy, closed, sold out, reset and away; and the answers on its page. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { problemCodes } from '../../src/http/problem-codes.js';
import { ADMIN, call } from '../admin/operator.js';
import { type Answer, type Sent, send } from '../gateway/client.js';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { grant, type RecordingUpstream } from '../support/recording-upstream.js';
import { freePort } from '../support/redis-server.js';
import { example } from './examples.js';
import { MobileApp } from './mobile-app.js';

const PAGE = readFileSync('docs/recipes/mobile-app.md', 'utf8');
const WIDE = { admission: { ratePerSecond: 1000, burst: 10 } };
const SHUT = { admission: { ratePerSecond: 0.01, burst: 1 } };
const GRANTED = { answer: { coupon: 'RED-1' }, granted: true };
const bench = new GatewayBench();
/** Answers met on the way, to compare the page with. */
const met: Answer[] = [];
afterEach(() => bench.stopAll());

interface Stand extends RunningGateway {
  readonly service: RecordingUpstream;
  readonly ask: (sent: Sent) => Promise<Answer>;
  readonly claim: (user: string, key?: string) => Promise<Answer>;
}

/** The recipe's gateway, with other settings of its campaign. */
async function behind(campaign: Record<string, unknown>, port = 0): Promise<Stand> {
  const service = await bench.recording();
  const text = example('mobile-app/spillway.yaml', (settings) => {
    settings.server.port = port;
    Object.assign(settings.admin, ADMIN);
    settings.upstreams[0].targets = [service.url];
    Object.assign(settings.campaigns[0], campaign);
  });
  const gateway = await bench.openYaml(text);
  const ask = async (sent: Sent): Promise<Answer> => {
    const answer = await send(gateway.port, sent);
    met.push(answer);
    return answer;
  };
  const claim = (user: string, key = `key-of-${user}`): Promise<Answer> => {
    const headers = { 'x-user-id': user, 'idempotency-key': key };
    return ask({ method: 'POST', path: '/coupons/spring/claims', headers });
  };
  return { ...gateway, service, ask, claim };
}

describe("the recipe's app", () => {
  it('waits in line, polls with the ticket, and claims when it is called', async () => {
    const stand = await behind({ admission: { ratePerSecond: 2, burst: 1 } });
    for (const user of ['ben', 'cleo', 'dan', 'eve', 'finn', 'gil']) await stand.claim(user);
    const place = { path: '/queue/spring/tickets/me', headers: { 'x-user-id': 'gil' } };
    expect((await stand.ask(place)).json().state).toBe('waiting');
    const app = new MobileApp(stand.port, 'ann');
    expect(await app.outcome).toEqual(GRANTED);
    expect(app.said).toMatch(/429 QUEUED\n(GET [^\n]*200 \w+\n)+POST/);
    while ((await stand.ask(place)).json().state === 'waiting') await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('waits for the opening', async () => {
    // However long this machine takes to start an app, one opening is late enough for it.
    for (let leadMs = 2000; ; leadMs *= 2) {
      const stand = await behind({ ...WIDE, schedule: { opensAt: new Date(Date.now() + leadMs).toISOString() } });
      const early = stand.claim('ben');
      const app = new MobileApp(stand.port, 'ann');
      expect(await app.outcome).toEqual(GRANTED);
      if (app.said.includes('403 NOT_STARTED') && (await early).status === 403) break;
    }
  });

  it('waits for its limit', async () => {
    const stand = await behind({ ...WIDE, limits: [{ name: 'per-user', capacity: 1, refillPerSecond: 0.5 }] });
    let key = 0;
    while ((await stand.claim('ann', `${key++}`)).headers['spillway-code'] !== 'RATE_LIMITED');
    const app = new MobileApp(stand.port, 'ann');
    expect(await app.outcome).toEqual(GRANTED);
  });

  it('repeats with the same key what has had no answer: no gateway, or a service that broke off', async () => {
    const port = await freePort();
    const app = new MobileApp(port, 'ann');
    await app.says(/no answer/);
    const stand = await behind(WIDE, port);
    stand.service.respond = (_request, response) => {
      stand.service.respond = grant;
      response.destroy();
    };
    expect(await app.outcome).toEqual(GRANTED);
    const keys = stand.service.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    stand.service.respond = (_request, response) => void response.destroy();
    await stand.claim('ben');
  });

  it('begins anew without its ticket where the line was started anew', async () => {
    const stand = await behind({ ...SHUT, queue: { poll: { maxMs: 1000 } } });
    const app = new MobileApp(stand.port, 'ann');
    await app.says(/QUEUED/);
    const change = { ratePerSecond: 1000, burst: 10, reason: 'a test' };
    await call(stand, 'post', '/admin/v1/campaigns/spring/reset')
      .send({ reason: 'a test', confirm: 'spring' })
      .expect(200);
    await call(stand, 'patch', '/admin/v1/campaigns/spring').send(change).expect(200);
    expect(await app.outcome).toEqual(GRANTED);
  });

  it('stops where there is nothing to come for', async () => {
    const soldOut = await behind({ ...WIDE, budget: { claims: 1 } });
    while ((await soldOut.claim('ben')).status === 429);
    expect(await new MobileApp(soldOut.port, 'ann').outcome).toEqual({ refused: 'SOLD_OUT' });
    await soldOut.claim('ann');
    const over = await behind({ schedule: { closesAt: '2020-01-01T00:00:00Z' } });
    expect(await new MobileApp(over.port, 'ann').outcome).toEqual({ refused: 'ENDED' });
    expect(await new MobileApp(over.port, '').outcome).toEqual({ refused: 'ENDED' });
  });
});

describe('the page of the recipe', () => {
  it('says of every code what the app does', () => {
    const missing = Object.keys(problemCodes).filter((code) => !PAGE.includes(`\`${code}\``));
    expect(missing).toEqual([]);
  });

  it('shows answers as they are', () => {
    const shown = [...PAGE.matchAll(/```http\n(.*?)```/gs)].map(([, text]) => text!);
    expect(shown.length).toBeGreaterThan(6);
    for (const text of shown) expect(met.filter((answer) => fits(answer, text)).length).toBeGreaterThan(0);
  });
});

/** The same status, code and state, and every field and member that is shown. */
function fits(answer: Answer, text: string): boolean {
  const [head, body] = text.split('\n\n') as [string, string];
  const [statusLine, ...fields] = head.split('\n').map((line) => line.trim());
  const document = JSON.parse(body) as Record<string, unknown>;
  const real = answer.json();
  return (
    statusLine!.split(' ')[1] === String(answer.status) &&
    fields.every((field) => answer.headers[field.split(':')[0]!.toLowerCase()] !== undefined) &&
    answer.headers['spillway-code'] === document.code &&
    (document.state === undefined || document.state === real.state) &&
    Object.entries(document).every(([name, value]) => name in real && typeof real[name] === typeof value)
  );
}
