import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { ConfigError, createGateway, type EmbeddedGateway } from '../../src/library/create-gateway.js';
import { type Answer, send } from '../gateway/client.js';

const CLAIMS = '/campaigns/lny/claims';
const CONFIG = {
  // On a machine that other tests keep busy, a late event loop says nothing.
  server: { overload: { maxDelayMs: 0 } },
  admin: { port: 0 },
  log: { level: 'silent' },
  upstreams: [{ id: 'red-packets' }],
  campaigns: [
    {
      id: 'lny',
      upstream: 'red-packets',
      routes: [{ methods: ['POST'], path: CLAIMS }],
      claimant: { from: 'header', name: 'x-user-id', unverified: true },
      admission: { ratePerSecond: 1000, burst: 10 },
      claims: { mode: 'per-claimant' },
    },
  ],
};

let server: Server | undefined;
let gateway: EmbeddedGateway | undefined;
afterEach(async () => {
  if (server !== undefined) await new Promise((closed) => server!.close(closed));
  server = undefined;
  expect((await gateway?.close()) ?? true).toBe(true);
  gateway = undefined;
});

/** Somebody's application around the gateway, with a service that counts. */
async function open() {
  const served: string[] = [];
  const service = express();
  service.post(CLAIMS, (req, res) => {
    served.push(String(req.get('spillway-claimant')));
    res.status(201).json({ packet: served.length });
  });
  gateway = await createGateway({ config: CONFIG, services: { 'red-packets': service } });
  const app = express();
  app.use(gateway.middleware);
  app.use(express.json());
  app.post('/echo', (req, res) => void res.json(req.body));
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const claim = (user: string): Promise<Answer> =>
    send(port, { method: 'POST', path: CLAIMS, headers: { 'x-user-id': user }, body: '{}' });
  return { served, port, claim };
}

describe('a gateway inside an application', () => {
  it('serves the campaign by a service of the same process, and each claimant once', async () => {
    const { served, claim } = await open();
    // The bucket of a campaign that nobody knows begins empty: whoever is first may be asked to come again.
    const granted = async (user: string): Promise<Answer> => {
      for (;;) {
        const answer = await claim(user);
        if (answer.status !== 429) return answer;
      }
    };
    const answers = [await granted('ann'), await granted('ben'), await granted('ann')];
    expect(answers.map((answer) => answer.json())).toEqual([{ packet: 1 }, { packet: 2 }, { packet: 1 }]);
    expect(answers[2]!.headers['idempotency-replayed']).toBe('true');
    expect(served).toEqual(['ann', 'ben']);
  });

  it('has the line below its base path, and passes everything else on, body and all', async () => {
    const { port } = await open();
    expect((await send(port, { path: '/queue/lny/status.json' })).json()).toMatchObject({ campaign: 'lny' });
    const headers = { 'content-type': 'application/json' };
    const echo = await send(port, { method: 'POST', path: '/echo', headers, body: '{"a":1}' });
    expect([echo.status, echo.json()]).toEqual([200, { a: 1 }]);
    expect((await send(port, { path: '/nothing' })).headers['spillway-code']).toBeUndefined();
    expect((await send(port, { method: 'PUT', path: CLAIMS })).headers['spillway-code']).toBe('METHOD_NOT_ALLOWED');
  });

  it('shows itself to operators on its own port', async () => {
    await open();
    const ready = await fetch(`http://127.0.0.1:${gateway!.adminPort}/readyz`);
    expect(ready.status).toBe(200);
  });

  it('says all that is wrong with its configuration, and leaves nothing open', async () => {
    const wrong = createGateway({
      config: { ...CONFIG, campaigns: [{ id: 'x' }] },
      services: { 'red-packets': () => {} },
    });
    await expect(wrong).rejects.toThrow(ConfigError);
    await expect(wrong).rejects.toThrow(/campaigns\[0\]\.routes/);
  });
});
