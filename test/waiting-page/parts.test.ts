import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileBrand } from '../../src/http/waiting-page/brand.js';
import { contrast } from '../../src/http/waiting-page/contrast.js';
import { isOwnForm } from '../../src/http/waiting-page/form-origin.js';
import { negotiatePage } from '../../src/http/waiting-page/negotiate.js';
import { returnPath } from '../../src/http/waiting-page/return-path.js';
import { loadTexts } from '../../src/http/waiting-page/texts.js';

describe('where people are sent back to', () => {
  const ours = (path: string) => path === '/campaigns/lny' || path.startsWith('/campaigns/lny/');

  it('is a path of the campaign, with its query', () => {
    expect(returnPath('/campaigns/lny?step=2', ours)).toBe('/campaigns/lny?step=2');
    expect(returnPath(undefined, ours, '/campaigns/lny')).toBe('/campaigns/lny');
  });

  it.each([
    '//evil.test/campaigns/lny',
    '/\\evil.test',
    '\\\\evil.test',
    'https://evil.test/campaigns/lny',
    'javascript:alert(1)',
    '/campaigns/lny/../other',
    '/campaigns/lny/%2e%2e/other',
    '/campaigns/lny/.',
    '/campaigns/lny#fragment',
    '/campaigns/lny\r\nSet-Cookie: a=b',
    '/\t/evil.test',
    ' /campaigns/lny',
    '/campaigns/other',
    '',
  ])('is never %j', (wanted) => {
    expect(returnPath(wanted, ours, '/safe')).toBe('/safe');
  });

  it('stays on the origin and on the path that was judged, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      ':',
      '@',
      'evil.test',
      'a',
      '?',
      '#',
      '\t',
      '\n',
      '//',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = returnPath(`/${pieces.join('')}`, () => true);
        if (path === null) return;
        const url = new URL(path, 'https://shop.test');
        expect(url.origin).toBe('https://shop.test');
        expect(url.href).toBe(`https://shop.test${path}`);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('form and language', () => {
  const languages = ['en', 'de', 'es', 'zh'] as const;
  const of = (accept?: string, language?: string) =>
    negotiatePage({ accept, 'accept-language': language }, [...languages]);

  it('gives the page to browsers, and JSON to who takes anything', () => {
    expect(of('text/html,application/xhtml+xml,*/*;q=0.8').html).toBe(true);
    expect(of('*/*').html).toBe(false);
    expect(of(undefined).html).toBe(false);
    expect(of('application/json, text/html;q=0.5').html).toBe(false);
  });

  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.5', 'zh'],
    ['de-AT', 'de'],
    ['fr, es;q=0.3', 'es'],
    ['fr', 'en'],
    ['', 'en'],
    [`de${',x'.repeat(2000)}`, 'en'],
  ])('speaks to %j in %s', (field, language) => {
    expect(of('text/html', field).language).toBe(language);
  });
});

describe('a brand', () => {
  it('can be read in any colour, in light and in dark', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
        const { light, dark } = compileBrand({ colour: `#${value.toString(16).padStart(6, '0')}` });
        for (const { accent, background } of [light, dark]) {
          expect(contrast(accent, background)).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  it('keeps a colour that can be read as it is', () => {
    expect(compileBrand({ colour: '#0b57d0' }).light.accent).toBe('#0b57d0');
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  });

  it.each([
    'data:text/html,<script>',
    'javascript:alert(1)',
    'http://shop.test/logo.png',
    '//evil.test/a.png',
    '/a"b',
    `data:image/png;base64,${'A'.repeat(9000)}`,
  ])('takes no logo like %.40s', (logo) => {
    expect(() => compileBrand({ logo })).toThrow('a data: URI of an image');
  });

  it('lets the policy load its logo and nothing else', () => {
    expect(compileBrand({ logo: 'data:image/png;base64,AAAA' }).imageSource).toBe('data:');
    expect(compileBrand({ logo: '/logo.svg' }).imageSource).toBe("'self'");
    expect(compileBrand({ logo: 'https://cdn.test/logo.svg' }).imageSource).toBe('https://cdn.test');
  });
});

describe('a form', () => {
  it('counts only from a page of this origin', () => {
    expect(isOwnForm({ 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(isOwnForm({ 'sec-fetch-site': 'cross-site', origin: 'https://shop.test', host: 'shop.test' })).toBe(false);
    expect(isOwnForm({ 'sec-fetch-site': 'same-site' })).toBe(false);
    expect(isOwnForm({ origin: 'https://shop.test', host: 'shop.test' })).toBe(true);
    expect(isOwnForm({ origin: 'https://evil.test', host: 'shop.test' })).toBe(false);
    expect(isOwnForm({ origin: 'null', host: 'shop.test' })).toBe(false);
    expect(isOwnForm({ host: 'shop.test' })).toBe(true);
  });
});

describe('texts', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'texts-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const english = () =>
    JSON.parse(readFileSync('src/http/waiting-page/texts/en.json', 'utf8')) as Record<string, unknown>;
  const loadWith = (file: string, content: string) => {
    writeFileSync(join(folder, file), content);
    try {
      return loadTexts(folder);
    } finally {
      rmSync(join(folder, file));
    }
  };

  it('come in four languages, and a folder of one’s own adds more', () => {
    expect([...loadTexts().keys()].sort()).toEqual(['de', 'en', 'es', 'zh']);
    expect(loadWith('ar.json', JSON.stringify({ ...english(), direction: 'rtl' })).get('ar')?.direction).toBe('rtl');
    expect(loadWith('en.json', JSON.stringify({ ...english(), join: 'Queue up' })).get('en')?.join).toBe('Queue up');
  });

  it.each<[string, string, string]>([
    ['xx.json', '{', 'is no JSON'],
    ['xx.json', '{}', 'is not a language of the waiting page'],
    ['not a language.json', '{}', 'is not named after a language'],
  ])('are refused at start: %s with %s', (file, content, message) => {
    expect(() => loadWith(file, content)).toThrow(message);
  });

  it('are refused when a sentence lost its place for a number', () => {
    expect(() => loadWith('xx.json', JSON.stringify({ ...english(), opensAt: 'Soon' }))).toThrow('must contain {time}');
  });
});
