import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import { createAdminApp } from '../../src/admin/app.js';
import { bearerOf } from '../../src/admin/auth.js';
import { type AdminListener, listenAdmin } from '../../src/admin/listener.js';
import { createLogger } from '../../src/kernel/logger.js';
import { Readiness } from '../../src/lifecycle/readiness.js';
import { sampleMetrics } from '../metrics/sample.js';

const hash = (token: string) => createHash('sha256').update(token).digest('hex');
const TOKENS = [
  { name: 'grafana', sha256: hash('look-only'), role: 'viewer' as const },
  { name: 'ops', sha256: hash('turn-the-wheel'), role: 'operator' as const },
];

let readiness: Readiness;
let listener: AdminListener;
let scrapeFails: boolean;

beforeEach(async () => {
  scrapeFails = false;
  readiness = new Readiness();
  const { exposition } = sampleMetrics();
  const api = Router();
  api.get('/who', (_req, res) => void res.json(bearerOf(res)));
  api.post('/who', (_req, res) => void res.json(bearerOf(res)));
  const app = createAdminApp({
    tokens: () => TOKENS,
    exposition: {
      contentType: exposition.contentType,
      text: () => (scrapeFails ? Promise.reject(new Error('broken')) : exposition.text()),
    },
    readiness,
    logger: createLogger('silent'),
    api,
  });
  listener = await listenAdmin(app, { host: '127.0.0.1', port: 0 });
});
afterEach(() => listener.close());

function ask(path: string, { token, method = 'GET' }: { token?: string; method?: string } = {}): Promise<Response> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`http://127.0.0.1:${listener.port}${path}`, { method, headers });
}

async function code(answer: Promise<Response>): Promise<[number, unknown]> {
  const response = await answer;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const problem = (await response.json()) as { code: string; status: number; instance: string };
  expect(problem).toMatchObject({ type: 'about:blank', status: response.status });
  expect(problem.instance).toMatch(/^urn:uuid:/);
  expect(response.headers.get('spillway-code')).toBe(problem.code);
  return [response.status, problem.code];
}

describe('the admin listener', () => {
  it('shows the metrics to everybody, in the classic text format', async () => {
    const response = await ask('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain('# TYPE spillway_workers gauge\n');
  });

  it('is alive whatever happens, and ready when configured, listening and not draining', async () => {
    const health = async () => [(await ask('/livez')).status, (await ask('/readyz')).status];
    expect(await health()).toEqual([200, 503]);
    readiness.configured();
    readiness.listening();
    readiness.detail('store', () => ({ mode: 'local' }));
    expect(await health()).toEqual([200, 200]);
    expect(await (await ask('/readyz')).json()).toEqual({
      ready: true,
      state: 'ready',
      configured: true,
      listening: true,
      details: { store: { mode: 'local' } },
    });
    readiness.drain();
    expect(await health()).toEqual([200, 503]);
  });

  it('answers what it does not know, what is malformed and what fails with a problem document', async () => {
    expect(await code(ask('/nothing'))).toEqual([404, 'NO_ROUTE']);
    expect(await code(ask('/metrics', { method: 'POST' }))).toEqual([404, 'NO_ROUTE']);
    expect(await code(ask('/admin/v1/%zz', { token: 'look-only' }))).toEqual([404, 'NO_ROUTE']);
    scrapeFails = true;
    expect(await code(ask('/metrics'))).toEqual([500, 'INTERNAL_ERROR']);
  });

  it('hardens its answers', async () => {
    const { headers } = await ask('/livez');
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('the admin API', () => {
  it('asks for a token, and knows who bears it', async () => {
    const without = await ask('/admin/v1/who');
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="spillway"']);
    expect(await (await ask('/admin/v1/who', { token: 'look-only' })).json()).toEqual({
      name: 'grafana',
      role: 'viewer',
    });
    expect(await (await ask('/admin/v1/who', { token: 'turn-the-wheel', method: 'POST' })).json()).toEqual({
      name: 'ops',
      role: 'operator',
    });
  });

  it('lets a viewer read and not write', async () => {
    expect(await code(ask('/admin/v1/who', { token: 'look-only', method: 'POST' }))).toEqual([
      403,
      'ROLE_INSUFFICIENT',
    ]);
    expect(await code(ask('/admin/v1/nothing', { token: 'look-only' }))).toEqual([404, 'NO_ROUTE']);
  });

  it('tells strangers nothing of what is there', async () => {
    expect(await code(ask('/admin/v1/nothing'))).toEqual([401, 'TOKEN_UNKNOWN']);
    expect(await code(ask('/admin/v1/who', { token: hash('turn-the-wheel') }))).toEqual([401, 'TOKEN_UNKNOWN']);
    expect(await code(ask('/admin/v1/who', { token: '' }))).toEqual([401, 'TOKEN_UNKNOWN']);
  });

  it('stops listening to an address after ten unknown tokens, right ones included, and says for how long', async () => {
    for (let i = 0; i < 10; i++) expect((await ask('/admin/v1/who', { token: `guess-${i}` })).status).toBe(401);
    const blocked = ask('/admin/v1/who', { token: 'turn-the-wheel' });
    expect(await code(blocked)).toEqual([429, 'TOO_MANY_ATTEMPTS']);
    const seconds = Number((await blocked).headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await ask('/metrics')).status).toBe(200);
  });

  it('counts no failure for requests without a token or with the right one', async () => {
    for (let i = 0; i < 15; i++) await ask('/admin/v1/who');
    for (let i = 0; i < 15; i++) await ask('/admin/v1/who', { token: 'look-only' });
    expect((await ask('/admin/v1/who', { token: 'look-only' })).status).toBe(200);
  });
});
