/** Every call that the pages for operators show, made as it stands there. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { operated } from './operator.js';

const PAGES = [...readdirSync('docs/runbooks').map((file) => `docs/runbooks/${file}`), 'docs/campaign-day.md'];

interface Shown {
  readonly page: string;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

function shownIn(page: string): Shown[] {
  const text = readFileSync(page, 'utf8').replaceAll('\\\n', ' ').replaceAll('$CAMPAIGN', 'lny').replaceAll('\\"', '"');
  return text
    .split('\n')
    .filter((line) => line.includes('curl') && line.includes('$ADMIN/admin/v1'))
    .map((line) => ({
      page,
      method: /-X ([A-Z]+)/.exec(line)?.[1] ?? 'GET',
      path: /\$ADMIN(\/admin\/v1[^"]*)"/.exec(line)![1]!,
      body: /-d ['"](\{.*\})['"]/.exec(line)?.[1],
    }));
}

const shown = PAGES.flatMap(shownIn);
const bench = new GatewayBench();
let gateway: RunningGateway;

beforeAll(async () => {
  const { url } = await bench.recording();
  gateway = await bench.open(url, operated());
});
afterAll(() => bench.stopAll());

describe('The calls that runbooks show', () => {
  it('are found', () => {
    expect(shown.length).toBeGreaterThan(30);
  });

  it.each(shown)('$page: $method $path $body', async ({ method, path, body }) => {
    const headers = { authorization: 'Bearer turn-the-wheel', 'content-type': 'application/json' };
    const response = await fetch(`${gateway.adminUrl}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect([response.status, await response.json()]).toEqual([200, expect.any(Object)]);
  });
});
