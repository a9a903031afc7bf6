/** The nginx of the recipe, a real one, in front of a gateway with the recipe's settings. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Sent, send } from '../gateway/client.js';
import { EventReader } from '../gateway/event-stream.js';
import { GatewayBench } from '../support/gateway.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { example } from './examples.js';
import { type Nginx, startNginx } from './nginx.js';

const CLAIMS = '/coupons/spring/claims';
const DOCUMENT = '/queue/spring/status.json';
const bench = new GatewayBench();
let service: RecordingUpstream;
let nginx: Nginx;

beforeAll(async () => {
  service = await bench.recording();
  const sessions = await bench.recording((request, response) => {
    const user = /session=s-(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    response.writeHead(204, user === undefined ? {} : { 'x-user-id': user }).end();
  });
  const gateway = await bench.openYaml(
    example('nginx/spillway.yaml', ({ upstreams: [upstream], campaigns }) => {
      upstream.targets = [service.url];
      const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
      const schedule = { prequeueAt: new Date().toISOString(), opensAt: tomorrow };
      campaigns.push({
        ...campaigns[0],
        id: 'summer',
        routes: [{ path: '/coupons/summer/claims' }],
        pass: [],
        schedule,
      });
    }),
  );
  nginx = await startNginx({ '127.0.0.1:8080': `127.0.0.1:${gateway.port}`, '127.0.0.1:3001': sessions.url.slice(7) });
});
afterAll(async () => {
  await nginx?.stop();
  await bench.stopAll();
});

const through = (sent: Sent): Promise<Answer> => send(nginx.port, sent);
const session = (user: string): Record<string, string> => ({ cookie: `session=s-${user}` });
const claim = (user: string, headers: Sent['headers'] = {}): Promise<Answer> =>
  through({ method: 'POST', path: CLAIMS, headers: { ...session(user), ...headers }, body: '{}' });

describe('Spillway behind the nginx of the recipe', () => {
  it('knows the user and the address by nginx, and not by what visitors write', async () => {
    const lies = { 'x-user-id': 'mallory', forwarded: 'for=9.9.9.9', 'x-forwarded-for': '9.9.9.9' };
    // A door that nobody has used yet begins empty.
    let answer = await claim('alice', lies);
    while (answer.status === 429) answer = await claim('alice', lies);
    expect(answer.status).toBe(201);
    const { headers } = service.requests.at(-1)!;
    expect(headers['spillway-claimant']).toBe('alice');
    expect(headers['x-user-id']).toBe('alice');
    expect(`${headers['x-forwarded-for']} ${headers.forwarded}`).toMatch(/^127\.0\.0\.1/);
    expect(`${headers['x-forwarded-for']} ${headers.forwarded}`).not.toContain('9.9.9.9');
  });

  it('serves nobody who is not signed in, whatever name they give', async () => {
    const before = service.requests.length;
    const answer = await through({ method: 'POST', path: CLAIMS, headers: { 'x-user-id': 'alice' } });
    expect([answer.status, answer.headers['spillway-code']]).toEqual([401, 'CLAIMANT_UNKNOWN']);
    expect(service.requests).toHaveLength(before);
  });

  it('is asked for the campaign document once a second, by however many and with whatever query', async () => {
    const from = performance.now();
    const paths = Array.from({ length: 60 }, (_, i) => `${DOCUMENT}?visitor=${i}`);
    const answers = await Promise.all(paths.map((path) => through({ path })));
    const seconds = (performance.now() - from) / 1000;
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    const fetched = answers.filter(({ headers }) => !/HIT|UPDATING|STALE/.test(String(headers['x-cache'])));
    expect(fetched.length).toBeLessThanOrEqual(1 + seconds);
    expect(answers[0]!.json()).toMatchObject({ campaign: 'spring', state: 'open' });
  });

  it('tells each of those who wait their own place, by a stream that nothing holds back', async () => {
    const join = await through({ method: 'POST', path: '/queue/summer/tickets', headers: session('ben') });
    expect(join.json()).toMatchObject({ state: 'waiting', number: 1 });
    const stream = await EventReader.open(nginx.port, '/queue/summer/tickets/me', session('ben'));
    await stream.until((reader) => reader.last?.event === 'waiting');
    expect(stream.last!.data).toMatchObject({ number: 1 });
    stream.close();
    const other = await through({ path: '/queue/summer/tickets/me', headers: session('cleo') });
    expect([other.status, other.headers['spillway-code']]).toEqual([404, 'TICKET_UNKNOWN']);
  });
});
