import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendRaw } from '../http/raw-socket.js';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { StrictUpstream } from '../support/strict-upstream.js';
import { corpus } from './corpus.js';
import { CLAIM, CLOSE, ODD } from './odd-requests.js';
import { RawClient, statuses } from './raw-client.js';

const bench = new GatewayBench();
let upstream: StrictUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await StrictUpstream.start();
  gateway = await bench.open(upstream.url);
});
afterAll(async () => {
  await bench.stopAll();
  await upstream.stop();
});

describe('a strict service', () => {
  it('sees nothing of the whole corpus of hostile requests', async () => {
    for (const { bytes } of corpus) await sendRaw(gateway.port, bytes);
    expect([upstream.requests, upstream.violations]).toEqual([[], []]);
  });

  it.each(ODD)('sees %s as one claim that can be read in one way', async (_name, bytes, body) => {
    const before = upstream.requests.length;
    const received = await sendRaw(gateway.port, bytes);
    expect(statuses(received).filter((status) => status !== 100)).toEqual([201]);
    const seen = upstream.requests.slice(before);
    expect(seen.map(({ method, target, body: given }) => [method, target, given])).toEqual([
      ['POST', '/campaigns/lny/claims', body],
    ]);
    const names = seen[0]!.fields.map(([name]) => name.toLowerCase());
    for (const gone of [
      'upgrade',
      'http2-settings',
      'te',
      'expect',
      'keep-alive',
      'proxy-connection',
      'x-gone',
      'trailer',
    ]) {
      expect(names).not.toContain(gone);
    }
    expect(seen[0]!.fields.filter(([name]) => name === 'Spillway-Claimant')).toEqual([['Spillway-Claimant', 'ann']]);
    expect(upstream.violations).toEqual([]);
  });

  it('is not asked by a request answered at once and garbage behind it; both are answered, in their order', async () => {
    const before = upstream.requests.length;
    const received = await sendRaw(
      gateway.port,
      'GET /queue/lny/status.json HTTP/1.1\r\nHost: a\r\n\r\ngarbage\r\n\r\n',
    );
    expect(statuses(received)).toEqual([200, 400]);
    expect(upstream.requests).toHaveLength(before);
  });

  it('sees requests in a pipeline one by one, and answers come in their order', async () => {
    const before = upstream.requests.length;
    const client = await RawClient.open(gateway.port);
    const one = (user: string, more = '') => `${CLAIM.replace('ann', user)}${more}Content-Length: 2\r\n\r\n{}`;
    client.write(one('u1') + one('u2') + one('u3', CLOSE) + one('never'));
    expect(statuses(await client.end())).toEqual([201, 201, 201]);
    const claimants = upstream.requests
      .slice(before)
      .map(({ fields }) => fields.find(([name]) => name === 'Spillway-Claimant')?.[1]);
    expect(claimants.sort()).toEqual(['u1', 'u2', 'u3']);
    expect(upstream.violations).toEqual([]);
  });

  it('sees HEAD of a pass route as HEAD, and no body of its answer reaches the client', async () => {
    const received = await sendRaw(gateway.port, `HEAD /campaigns/lny HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 201 /);
    expect(received.endsWith('\r\n\r\n')).toBe(true);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'HEAD', target: '/campaigns/lny' });
  });
});
