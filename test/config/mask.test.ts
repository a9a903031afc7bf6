import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HIDDEN, maskedYaml, maskUrl, maskValue } from '../../src/config/mask.js';
import { settingTree } from '../../src/config/setting-tree.js';
import { configText, load, problemsOf } from './sample.js';

const SECRET = 'abcdefghijklmnopqrstuvwxyz-0123456789';
const HASH = '5e'.repeat(32);

describe('Masks', () => {
  it('hide secrets, token hashes and passwords in the effective configuration, and nothing else', () => {
    const top = `
store: { kind: redis, url: 'rediss://app:${SECRET}@redis.internal:6380/2' }
tickets: { keys: [{ id: k1, secret: ${SECRET} }, { id: k0, secretFile: /run/secrets/long }] }
admin: { tokens: [{ name: ops, sha256: ${HASH}, role: operator }] }
`;
    const yaml = maskedYaml(load(configText({ top })).config);
    expect(yaml).not.toContain(SECRET);
    expect(yaml).not.toContain(HASH);
    expect(yaml).toContain(`url: rediss://app:${HIDDEN}@redis.internal:6380/2`);
    expect(yaml).toContain('secretFile: /run/secrets/long');
    expect(yaml).toContain('name: ops');
    expect(yaml).toContain('keyPrefix: spillway');
  });

  it.each([
    ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6379'],
    ['redis://:pw@h/1', 'redis://:***@h/1'],
    ['redis://token@h', 'redis://***@h'],
    ['redis://u:p@ss/w@h', 'redis://u:***@h'],
    ['redis://h/0?password=pw&db=1', 'redis://h/0?password=***&db=1'],
    ['someone@example.com', 'someone@example.com'],
  ])('turn %s into %s', (text, masked) => {
    expect(maskUrl(text)).toBe(masked);
  });

  it('let no password through, whatever its characters', () => {
    const part = fc.string({ minLength: 1, unit: 'grapheme-ascii' }).map((text) => `${text}§`);
    fc.assert(fc.property(part, (password) => !maskUrl(`redis://user:${password}@host:1/0`).includes(password)));
  });

  it('hide values of the wrong type, and values under misspelt names', () => {
    const data = { tickets: { keys: [{ secret: { nested: SECRET }, scret: SECRET }] }, password: [SECRET], note: 1 };
    expect(JSON.stringify(maskValue(data, settingTree()))).not.toContain(SECRET);
    const top = `tickets: { keys: [{ id: k1, sekret: ${SECRET} }], signingKey: ${SECRET} }\nlog: { pass: ${SECRET} }`;
    const problems = problemsOf(configText({ top }));
    expect(problems.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(problems)).not.toContain(SECRET);
  });

  it('hide the text that a fault of the YAML is about', () => {
    for (const text of [`secret: '${SECRET}' ${SECRET}\n`, `- a\n${SECRET}\n}`, `a: *${SECRET}`, `a: !${SECRET} x`]) {
      const problems = problemsOf(text).filter(({ rule }) => rule === 'yaml-syntax');
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain(SECRET);
    }
  });
});
