import { afterEach, describe, expect, it } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { GatewayBench } from '../support/gateway.js';
import { ledgered } from './kit.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const KEYED = ledgered({ mode: 'idempotency-key' });
const keyed = (key: string | readonly string[]) => ({ 'idempotency-key': key });

describe('claims by Idempotency-Key', () => {
  it('are refused without one, with a malformed one, and with two', async () => {
    const service = await bench.recording();
    const { port } = await bench.open(service.url, KEYED);
    expect((await claim(port, 'ann')).json()).toMatchObject({ status: 400, code: 'IDEMPOTENCY_KEY_MISSING' });
    for (const key of ['"abc', 'a'.repeat(256), ['a', 'b']]) {
      const said = await claim(port, 'ann', { headers: keyed(key) });
      expect(said.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    }
    expect(service.requests).toHaveLength(0);
  });

  it('are one claim a key, quoted or not; the service sees the key as it was sent', async () => {
    const service = await bench.recording();
    const { port } = await bench.open(service.url, KEYED);
    await claim(port, 'ann', { headers: keyed('"k-1"') });
    const again = await claim(port, 'ann', { headers: keyed('k-1') });
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    await claim(port, 'ann', { headers: keyed('k-2') });
    expect(service.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['"k-1"', 'k-2']);
  });

  it('belong to their claimant: the same key of another is another claim', async () => {
    const service = await bench.recording();
    const { port } = await bench.open(service.url, KEYED);
    await claim(port, 'ann', { headers: keyed('k-1') });
    const bob = await claim(port, 'bob', { headers: keyed('k-1') });
    expect(bob.headers['idempotency-replayed']).toBeUndefined();
    expect(service.requests).toHaveLength(2);
  });

  it('are refused with 422 when the key comes with another payload, in flight, unknown and answered', async () => {
    let cut = (): void => {};
    const service = await bench.recording((_request, response) => {
      cut = () => response.destroy();
    });
    const { port } = await bench.open(service.url, KEYED);
    const reused = async (): Promise<void> => {
      const said = await claim(port, 'ann', { headers: keyed('k-1'), body: '{"other":1}' });
      expect(said.json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    };
    const first = claim(port, 'ann', { headers: keyed('k-1') });
    await service.arrived(1);
    await reused();
    cut();
    expect((await first).json()).toMatchObject({ outcome: 'unknown' });
    await reused();
    service.respond = (_request, response) => response.writeHead(201).end('coupon');
    // The repeat in the other spelling: the service sees the first one's.
    expect((await claim(port, 'ann', { headers: keyed('"k-1"') })).status).toBe(201);
    await reused();
    expect(service.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k-1', 'k-1']);
  });

  it('compare what is sent to one target with what is sent to another', async () => {
    const service = await bench.recording();
    const { port } = await bench.open(service.url, KEYED);
    await claim(port, 'ann', { headers: keyed('k-1') });
    const said = await claim(port, 'ann', { headers: keyed('k-1'), path: '/campaigns/lny/claims?twice=1' });
    expect(said.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});
