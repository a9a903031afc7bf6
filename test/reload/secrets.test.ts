import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { runServe } from '../../src/cli/serve.js';
import type { Gateway } from '../../src/compose/gateway.js';
import { send } from '../gateway/client.js';
import { gatewayYaml } from '../support/gateway.js';
import { until } from '../support/until.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-secrets-'));
const file = join(folder, 'spillway.yaml');
const secretFile = (name: string): string => join(folder, name);
const write = (name: string, secret: string): void => writeFileSync(secretFile(name), secret.padEnd(40, '.'));

const signals = new EventEmitter();
let stopped: Promise<number> | null = null;
afterEach(async () => {
  signals.emit('SIGTERM');
  expect(await stopped).toBe(0);
  rmSync(folder, { recursive: true });
});

it('A secret in a file is taken anew when the file changes, without a restart or a signal', async () => {
  write('first', 'signs');
  write('last', 'stays');
  const config = parse(gatewayYaml('http://127.0.0.1:9')) as { tickets: unknown };
  config.tickets = { keys: ['first', 'last'].map((id) => ({ id, secretFile: secretFile(id) })) };
  writeFileSync(file, stringify(config));
  const ready = new EventEmitter();
  const onReady = (opened: Gateway): void => void ready.emit('ready', opened);
  stopped = runServe({ file, env: {}, version: 'test', signals, err: () => {}, onReady });
  const [{ port }] = (await once(ready, 'ready')) as [Gateway];
  const headers = { 'x-user-id': 'ann' };
  const joined = await send(port, { method: 'POST', path: '/queue/lny/tickets', headers });
  const { ticket } = joined.json() as { ticket: string };
  const look = () => send(port, { path: `/queue/lny/tickets/${ticket}`, headers });
  expect((await look()).status).toBe(200);
  write('first', 'another one signs from now on');
  await until(async () => (await look()).status === 400);
  expect((await look()).json()).toMatchObject({ code: 'TICKET_INVALID' });
});
