import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { runCheck } from '../../src/cli/check.js';
import { runSchema } from '../../src/cli/schema.js';
import type { Environment } from '../../src/config/environment.js';
import { configSchema } from '../../src/config/schema.js';
import { configText } from './sample.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-check-'));
const file = join(folder, 'spillway.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

async function check(env: Environment = {}, at = file) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runCheck({ file: at, env, out: (text) => out.push(text), err: (text) => err.push(text) });
  return { status, out: out.join(''), err: err.join('') };
}

describe('spillway check', () => {
  it('prints the effective configuration of a valid file, masked, warns, and exits with 0', async () => {
    const secret = 'abcdefghijklmnopqrstuvwxyz-0123456789';
    writeFileSync(file, configText({ top: `tickets: { keys: [{ id: k1, secret: ${secret} }] }` }));
    const { status, out, err } = await check({ SPILLWAY_STORE_URL: 'redis://u:hunter2@h:1' });
    expect(status).toBe(0);
    expect(parse(out)).toMatchObject({ server: { port: 8080 }, store: { url: 'redis://u:***@h:1' } });
    expect(out + err).not.toMatch(/hunter2|abcdefghij/);
    expect(err).toContain('warning store.kind = "memory"  [store-not-durable;');
    expect(err).toMatch(/is valid, revision [0-9a-f]{12}, 2 warnings\n$/);
  });

  it('prints every problem of any other file with path, value and cure, nothing else, and exits with 1', async () => {
    writeFileSync(file, configText({ top: 'server: { trustProxy: [0.0.0.0/0], port: 70000 }' }));
    const { status, out, err } = await check();
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain(`${file}: 2 problems in the configuration`);
    expect(err).toContain(`- server.port = 70000  [range; ${file}:1]`);
    expect(err).toMatch(
      /- server\.trustProxy\[0\] = "0\.0\.0\.0\/0" {2}\[trust-everyone; .*\n {2}This trusts.*\n {2}List only/,
    );
    expect(err).not.toContain('    at ');
  });

  it('exits with 1 when there is no file', async () => {
    expect(await check({}, join(folder, 'absent.yaml'))).toMatchObject({ status: 1, out: '' });
  });
});

describe('spillway schema', () => {
  it('prints the JSON Schema of what may be written, and exits with 0', async () => {
    const out: string[] = [];
    expect(await runSchema({ out: (text) => out.push(text) })).toBe(0);
    const schema = JSON.parse(out.join(''));
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    // The shape of the input: what has a default may be left out.
    expect(schema.required).toEqual(['upstreams', 'campaigns']);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.campaigns.items.required).toEqual(['id', 'upstream', 'routes']);
    expect(schema.properties.tickets.properties.keys.items.properties.secret.writeOnly).toBe(true);
    expect(Object.keys(schema.properties)).toEqual(Object.keys(z.toJSONSchema(configSchema).properties ?? {}));
  });
});
