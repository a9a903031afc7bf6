import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeRequest } from '../../src/http/hygiene.js';
import { judgeTarget, MAX_TARGET_CHARS } from '../../src/http/request-target.js';

const good = { httpVersion: '1.1', rawHeaders: ['Host', 'shop.example:8080'] };

describe('request targets', () => {
  it.each([
    ['/', '/', ''],
    ['/campaigns/lny-2026/claims', '/campaigns/lny-2026/claims', ''],
    ['/a/b?x=1&y=%2f..//\\%zz?', '/a/b', 'x=1&y=%2f..//\\%zz?'],
    ['/a?', '/a', ''],
    ['/caf%C3%A9/%E4%BD%A0', '/caf%C3%A9/%E4%BD%A0', ''],
    ['/a%20b%25c/d', '/a%20b%25c/d', ''],
    ['/...', '/...', ''],
    ['/.well-known/x', '/.well-known/x', ''],
    ['/a/', '/a/', ''],
  ])('%s is taken', (target, path, query) => {
    expect(judgeTarget(target)).toEqual({ kind: 'ok', path, query });
  });

  it.each([
    ...['', '*', 'a', 'a:80', 'http://a/b', '?a', '#', '\\a', ' /a'],
    ...['//', '//evil.example/a', '/a//b', '/a//', '//?x'],
    ...['/.', '/..', '/a/./b', '/a/../b', '/a/..', '/a/.?x', '/../a'],
    ...['/%2e%2e/a', '/a/%2E/b', '/a/.%2e/b', '/a%2fb', '/a%2Fb', '/a%5cb', '/a%5Cb', '/a\\b', '/a/..\\b'],
    ...['/a%252fb', '/a%252e', '/a%25%32%66', '/a%252', '/%00', '/a%0d%0ab', '/a%7f', '/a%1Fb'].filter(
      (t) => t !== '/a%252',
    ),
    ...['/a;b=c', '/a/..;/b', '/a#b', '/a?b#c', '/a b', '/a?b c', '/a\tb', '/a\u0000', '/a?\u0000', '/a\u007f'],
    ...['/\u00e9', '/a?\u00e9', '/\u2215', '/a"b', '/a<b', '/a{b}', '/a^b', '/a`b'],
    ...['/%', '/%4', '/%zz', '/a%', '/a%2', '/%u002f', '/%g1'],
    ...['/%61', '/cl%61ims', '/%2D', '/%5f', '/%7E', '/%30'],
    ...['/%c0%af', '/%e0%80%af', '/%ff', '/%c3', '/%c3%28', '/%ed%a0%80', '/a/%F0%82%82%AC'],
  ])('%j is refused', (target) => {
    expect(judgeTarget(target)).toMatchObject({ kind: 'refused', code: 'REQUEST_INVALID', detail: expect.any(String) });
  });

  it('takes 8,000 octets and not one more', () => {
    const longest = `/${'a'.repeat(MAX_TARGET_CHARS - 1)}`;
    expect(judgeTarget(longest).kind).toBe('ok');
    expect(judgeTarget(`${longest}a`)).toMatchObject({ kind: 'refused', code: 'URI_TOO_LONG' });
  });

  const piece = fc.constantFrom(
    ...'/.%\\;?#:@ aA2eEfF5cC0dé\u0000~_-'.split(''),
    '%2e',
    '%2f',
    '%C3%A9',
    '..',
    '//',
    '%25',
  );
  const target = fc.oneof(
    fc.array(piece, { maxLength: 24 }).map((pieces) => `/${pieces.join('')}`),
    fc.string({ unit: 'binary' }),
    fc.webPath().map((path) => path || '/'),
  );

  it('what is taken has one meaning: no reading of it has other segments, now or after more decoding', () => {
    fc.assert(
      fc.property(target, (text) => {
        const verdict = judgeTarget(text);
        if (verdict.kind === 'refused') return;
        const { path, query } = verdict;
        expect(query === '' ? [path, `${path}?`] : [`${path}?${query}`]).toContain(text);
        const url = new URL(`http://host${text}`);
        // A browser's normalisation leaves the path alone, apart from escaping what services must not see bare.
        expect(url.pathname.replaceAll('%7C', '|')).toBe(path.replaceAll('%7C', '|'));
        expect(url.host).toBe('host');
        const once = path.split('/').map(decodeURIComponent);
        for (const segment of once.slice(1, -1)) expect(segment).not.toBe('');
        for (const segment of once) {
          expect(['.', '..']).not.toContain(segment);
          expect([...segment].filter((char) => char < ' ' || char === '/' || char === '\\')).toEqual([]);
        }
        const twice = once.map((segment) => segment.replace(/%([0-9a-f]{2})/gi, 'DECODED'));
        expect(twice).toEqual(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('what RFC 3986 calls a path of plain segments is taken', () => {
    const plain = fc.array(fc.stringMatching(/^[A-Za-z0-9_~!$&'()*+,=:@-]{1,8}$/), { minLength: 1, maxLength: 6 });
    const encoded = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(plain, (segments) => judgeTarget(`/${segments.join('/')}`).kind === 'ok'));
    fc.assert(
      fc.property(encoded, (segments) => {
        const tricky = [...segments.join('')].some((char) => char < ' ' || './\\%\u007f'.includes(char));
        fc.pre(!tricky);
        return judgeTarget(`/${segments.map(encodeURIComponent).join('/')}`).kind === 'ok';
      }),
    );
  });
});

describe('request headers', () => {
  const verdict = (rawHeaders: string[], httpVersion = '1.1') =>
    judgeRequest({ url: '/a', httpVersion, rawHeaders }).kind;

  it('takes one Host, in any case, with port, and HTTP/1.0 without', () => {
    expect(judgeRequest({ ...good, url: '/a?b' })).toEqual({ kind: 'ok', path: '/a', query: 'b' });
    expect(verdict(['hOsT', '[2001:db8::1]:443', 'Transfer-Encoding', 'Chunked'])).toBe('ok');
    expect(verdict([], '1.0')).toBe('ok');
  });

  it.each([
    ['none', []],
    ['two', ['Host', 'a', 'host', 'a']],
    ['an empty one', ['Host', '']],
    ['a list', ['Host', 'a, b']],
    ['user information', ['Host', 'a@b']],
    ['a path', ['Host', 'a/b']],
    ['a space', ['Host', 'a b']],
    ['a byte above ASCII', ['Host', 'é']],
  ])('refuses a Host that is %s', (_name, rawHeaders) => {
    expect(verdict(rawHeaders)).toBe('refused');
  });

  it.each(['gzip', 'gzip, chunked', 'xchunked', 'identity', 'chunked, identity', ''])(
    'refuses Transfer-Encoding %j',
    (coding) => {
      expect(verdict(['Host', 'a', 'Transfer-Encoding', coding])).toBe('refused');
    },
  );

  it('refuses Transfer-Encoding twice or in HTTP/1.0, and other versions', () => {
    const chunked = ['transfer-encoding', 'chunked'];
    expect(verdict(['Host', 'a', ...chunked, ...chunked])).toBe('refused');
    expect(verdict(['Host', 'a', ...chunked], '1.0')).toBe('refused');
    expect(verdict(['Host', 'a'], '2.0')).toBe('refused');
    expect(verdict(['Host', 'a'], '0.9')).toBe('refused');
  });
});
