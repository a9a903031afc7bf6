import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SignedCookies } from '../../src/claimant/signed-cookie.js';

const key = (id: string) => ({ id, secret: createHash('sha256').update(id).digest() });
const NOW_MS = 1_770_000_000_000;
const END_S = NOW_MS / 1000 + 3600;
const known = (id: string) => ({ kind: 'known', id });
const unknown = (reason: string) => ({ kind: 'unknown', reason });
const cookies = new SignedCookies('who', [key('k1')]);

describe('a signed cookie', () => {
  it('is what the page of identities says an application makes', () => {
    const signed = `${Buffer.from('u-1').toString('base64url')}.${END_S}.k1`;
    const mac = createHmac('sha256', key('k1').secret).update(`who=${signed}`).digest('base64url');
    expect(cookies.read(`${signed}.${mac}`, NOW_MS)).toEqual(known('u-1'));
    expect(cookies.sign('u-1', END_S)).toBe(`${signed}.${mac}`);
  });

  it('names its claimant until its end', () => {
    const text = cookies.sign('u-1', END_S);
    expect(cookies.read(text, END_S * 1000 - 1)).toEqual(known('u-1'));
    expect(cookies.read(text, END_S * 1000)).toEqual(unknown('expired'));
  });

  it('names nobody once any one character is another, missing, or added', () => {
    const text = cookies.sign('ann@example', END_S);
    const chars = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=';
    const accepted = new Set<string>();
    const tried = (altered: string): void => {
      if (altered !== text && cookies.read(altered, NOW_MS).kind === 'known') accepted.add(altered);
    };
    for (let at = 0; at <= text.length; at++) {
      tried(text.slice(0, at) + text.slice(at + 1));
      for (const char of chars) {
        tried(text.slice(0, at) + char + text.slice(at));
        tried(text.slice(0, at) + char + text.slice(at + 1));
      }
    }
    expect(accepted).toEqual(new Set());
  });

  it('of another name or another secret names nobody', () => {
    const text = cookies.sign('u-1', END_S);
    expect(new SignedCookies('whom', [key('k1')]).read(text, NOW_MS)).toEqual(unknown('invalid'));
    const other = new SignedCookies('who', [{ ...key('k2'), id: 'k1' }]);
    expect(other.read(text, NOW_MS)).toEqual(unknown('invalid'));
  });

  it('outlives the rotation of keys while its own is listed', () => {
    const text = cookies.sign('u-1', END_S);
    const rotated = new SignedCookies('who', [key('k2'), key('k1')]);
    expect(rotated.read(text, NOW_MS)).toEqual(known('u-1'));
    expect(rotated.read(rotated.sign('u-2', END_S), NOW_MS)).toEqual(known('u-2'));
    expect(new SignedCookies('who', [key('k2')]).read(text, NOW_MS)).toEqual(unknown('invalid'));
  });

  it('is nobody, or a claimant of the allowed characters, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(cookies.read(text, NOW_MS).kind).toBe('unknown');
        const signed = cookies.read(cookies.sign(text, END_S), NOW_MS);
        const clean = /^[\x21-\x7e]{1,256}$/.test(text);
        expect(signed.kind === 'known' ? signed.id : null).toBe(clean ? text : null);
      }),
    );
  });
});
