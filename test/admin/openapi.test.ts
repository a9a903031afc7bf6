import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { call, LNY, operated } from './operator.js';

interface Document {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { summary?: string; requestBody?: { content: Record<string, { schema: { properties: object } }> } }>
  >;
}

const bench = new GatewayBench();
let gateway: RunningGateway;
let document: Document;

beforeAll(async () => {
  gateway = await bench.open((await bench.recording()).url, operated());
  document = (await call(gateway, 'get', '/admin/v1/openapi.json', 'look-only').expect(200)).body;
});
afterAll(() => bench.stopAll());

describe('The OpenAPI document', () => {
  it('names only what there is', async () => {
    const asked: Array<[string, number]> = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations).filter((name) => name !== 'parameters')) {
        const url = `/admin/v1${path.replace('{campaign}', 'lny')}`;
        const { status } = await call(gateway, method as 'get', url).send(method === 'get' ? undefined : { no: 1 });
        asked.push([`${method} ${path}`, status]);
      }
    }
    expect(asked.length).toBeGreaterThan(10);
    for (const [what, status] of asked) expect([what, status]).toEqual([what, what.startsWith('get') ? 200 : 422]);
  });

  it('names all that can be changed, with its limits', () => {
    const { properties } =
      document.paths['/campaigns/{campaign}']!.patch!.requestBody!.content['application/json']!.schema;
    expect(Object.keys(properties).sort()).toEqual(
      ['burst', 'concurrencyLimit', 'graceMs', 'maxWaiting', 'ratePerSecond', 'reason', 'state'].sort(),
    );
    expect(properties).toMatchObject({
      ratePerSecond: { anyOf: [{ minimum: 0.01, maximum: 1_000_000 }, { type: 'null' }] },
    });
  });
});

describe('A drain', () => {
  it('of no campaign that there is, or as a dry run, drains nothing', async () => {
    const reason = { reason: 'r' };
    await call(gateway, 'post', '/admin/v1/campaigns/other/drain').send(reason).expect(404);
    const dry = await call(gateway, 'post', `${LNY}/drain?dryRun=true`).send(reason).expect(200);
    expect(dry.body).toMatchObject({ draining: false, effect: [expect.stringContaining('stops')] });
    expect((await call(gateway, 'get', '/admin/v1/gateways')).body.self.draining).toBe(false);
  });
});
