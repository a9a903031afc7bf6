import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runServe } from '../../src/cli/serve.js';
import type { Gateway } from '../../src/compose/gateway.js';
import { gatewayYaml } from '../support/gateway.js';
import { until } from '../support/until.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-reload-'));
const file = join(folder, 'spillway.yaml');
const write = (ratePerSecond: number): void => {
  writeFileSync(file, gatewayYaml('http://127.0.0.1:9', { campaign: { admission: { ratePerSecond, burst: 1 } } }));
};
const rate = (gateway: Gateway) => gateway.campaigns.get('lny')!.live.configured.campaign.admission.ratePerSecond;

describe('spillway serve', () => {
  const signals = new EventEmitter();
  let stopped: Promise<number> | null = null;
  afterEach(async () => {
    signals.emit('SIGTERM');
    expect(await stopped).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('goes by its file when that changes, and on SIGHUP, and lives on through a broken one', async () => {
    write(10);
    const ready = new EventEmitter();
    stopped = runServe({
      file,
      env: {},
      version: 'test',
      signals,
      err: () => {},
      onReady: (opened) => void ready.emit('ready', opened),
    });
    const [gateway] = (await once(ready, 'ready')) as [Gateway];
    expect(rate(gateway)).toBe(10);
    write(20);
    await until(() => rate(gateway) === 20);
    writeFileSync(file, 'upstreams: [');
    const broken = async () => (await gateway.reload('signal')).kind;
    expect(await broken()).toBe('invalid');
    expect(rate(gateway)).toBe(20);
    write(30);
    signals.emit('SIGHUP');
    await until(() => rate(gateway) === 30);
  });
});
