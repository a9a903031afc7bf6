import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RedisConnection } from '../../src/redis/connection.js';
import { loadScripts } from '../../src/redis/script.js';
import { sharedRedis } from '../support/redis-server.js';
import { connected } from './connected.js';

const FIXTURES = new URL('./lua-fixtures/', import.meta.url);
const server = sharedRedis();
let connection: RedisConnection;
beforeAll(async () => {
  connection = await connected(server().url);
});
afterAll(() => connection.close());

describe('Script', () => {
  it('runs with its keys and arguments; fragments are there once, however often they are included', async () => {
    const add = loadScripts(FIXTURES).get('add');
    expect(add.source.match(/redis\.call\('TIME'\)/g)).toHaveLength(1);
    expect(add.source.match(/local guard/g)).toHaveLength(1);
    const reply = await add.call(connection, ['{c}:n'], [5, 'two', Buffer.from([0xff])]);
    expect(reply).toEqual([5, 1, expect.any(Number), 'text', 3]);
  });

  it('sends its source once to a server that does not know it, and its digest from then on', async () => {
    await connection.send('script', ['flush', 'sync']);
    const add = loadScripts(FIXTURES).get('add');
    for (let i = 1; i <= 3; i++) await add.call(connection, ['{c}:once'], [1]);
    expect([add.calls, add.loads]).toEqual([3, 1]);
    expect(await connection.send('get', ['{c}:once'])).toBe('3');
    await connection.send('script', ['flush', 'sync']);
    expect(await add.call(connection, ['{c}:once'], [1])).toEqual([4, 1, expect.any(Number), 'text', 1]);
    expect(add.loads).toBe(2);
  });

  it('passes on what Redis says against a call, and does not send it again', async () => {
    const wrong = loadScripts(FIXTURES).get('wrong');
    await connection.send('script', ['load', wrong.source]);
    await expect(wrong.call(connection, ['{c}:x'], [])).rejects.toThrow(/Wrong number of args/);
    expect(wrong.loads).toBe(0);
  });
});

describe('loadScripts', () => {
  it('knows every file by name, and refuses names and fragments that are not there', () => {
    const scripts = loadScripts(FIXTURES);
    expect(scripts.names).toEqual(['add', 'guard', 'now', 'slow', 'wrong']);
    expect(() => scripts.get('addd')).toThrow("no script 'addd'");
    const folder = mkdtempSync(join(tmpdir(), 'spillway-lua-'));
    writeFileSync(join(folder, 'a.lua'), '--#include missing\nreturn 1\n');
    expect(() => loadScripts(pathToFileURL(`${folder}/`))).toThrow("no fragment 'missing'");
  });
});
