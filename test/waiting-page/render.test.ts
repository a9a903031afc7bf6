import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadTexts } from '../../src/http/waiting-page/texts.js';
import { WaitingPage } from '../../src/http/waiting-page/waiting-page.js';
import type { TicketState } from '../../src/waiting-room/ticket-document.js';
import { factsOf } from './facts.js';

const page = new WaitingPage({ name: 'Spillway Shop', colour: '#ffd400' }, loadTexts());

function field(headers: readonly string[], name: string): string {
  return headers[headers.indexOf(name) + 1] ?? '';
}

function between(html: string, from: string, to: string): string {
  const at = html.indexOf(from) + from.length;
  return html.slice(at, html.indexOf(to, at));
}

describe('the rendered page', () => {
  it('weighs at most 20 kB in every language and state, and asks for nothing else', () => {
    for (const language of page.languages) {
      for (const state of ['waiting', 'called', 'sold-out'] as const) {
        const { html } = page.render(factsOf({ state }, { language }));
        expect(Buffer.byteLength(html)).toBeLessThan(20_000);
        expect(html).not.toMatch(/<(?:link|iframe|object|embed|img)\b|<script[^>]*\ssrc|@import|url\(|https?:/i);
      }
    }
  });

  it('stays within that with the largest logo there may be', () => {
    const logo = `data:image/png;base64,${'A'.repeat(6144 - 22)}`;
    const branded = new WaitingPage({ name: 'Spillway Shop', logo }, loadTexts());
    for (const language of branded.languages) {
      expect(Buffer.byteLength(branded.render(factsOf({}, { language })).html)).toBeLessThan(20_000);
    }
  });

  it('allows its own style and script by their hashes, and nothing else to run', () => {
    const { html, headers } = page.render(factsOf());
    const policy = field(headers, 'Content-Security-Policy');
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const working = page.render({ ...factsOf(), challenge: '/queue/lny-2026/device' }).html;
    const scripts = [...working.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => hash(script!));
    expect([scripts.length, hash(between(html, '<script>', '</script>'))]).toEqual([2, scripts[0]]);
    expect(policy).toContain(`script-src ${scripts.join(' ')};`);
    expect(policy).toContain(`style-src ${hash(between(html, '<style>', '</style>'))};`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).not.toContain('unsafe');
    expect(html).not.toMatch(/\sstyle=|\son[a-z]+=/);
    expect(field(headers, 'Cache-Control')).toBe('no-store');
    expect(field(headers, 'Vary')).toBe('Accept, Accept-Language');
  });

  it.each<[TicketState, string]>([
    ['waiting', 'You are in line'],
    ['called', 'It is your turn'],
    ['lapsed', 'Your turn has passed'],
    ['claimed', 'Your claim is made'],
    ['left', 'You have left the line'],
    ['sold-out', 'Everything is gone'],
    ['ended', 'The campaign has ended'],
  ])('says of %s: %s', (state, headline) => {
    expect(page.render(factsOf({ state })).html).toContain(`<h1 id="headline">${headline}</h1>`);
  });

  it('says what the campaign does where that matters more than the ticket', () => {
    const of = (state: 'scheduled' | 'prequeue' | 'paused' | 'sold-out', ticket: object | null) =>
      between(
        page.render(factsOf(ticket, { campaign: { name: 'X', state, opensAt: '2026-02-17T00:00:00Z' } })).html,
        '<main',
        '<script',
      );
    expect(of('scheduled', null)).toMatch(/Opens on Tuesday, February 17, 2026 at 12:00:00\sAM UTC/);
    expect(of('prequeue', { position: null })).toContain('The line starts to move at the opening.');
    expect(of('paused', {})).toContain('The line stands still for a moment');
    expect(of('sold-out', {})).toContain('Everything is gone');
  });

  it.each<[number, number, string]>([
    [0, 1, 'less than a minute'],
    [30, 60, 'less than a minute'],
    [50, 70, 'up to 2 minutes'],
    [170, 250, '2 to 5 minutes'],
    [7300, 9400, '2 to 3 hours'],
  ])('promises for %i to %i seconds: %s', (min, max, words) => {
    expect(page.render(factsOf({ etaSeconds: { min, max } })).html).toContain(`<dd id="eta">${words}</dd>`);
  });

  it('comes again without a script after pollAfterMs, but not so often that it cannot be read', () => {
    const refresh = (pollAfterMs: number) =>
      between(page.render(factsOf({ pollAfterMs })).html, 'http-equiv="refresh" content="', '"');
    expect(refresh(12_001)).toBe('13');
    expect(refresh(250)).toBe('5');
    expect(page.render(factsOf({ state: 'sold-out' })).html).not.toContain('http-equiv');
  });

  it('goes on without a script when called, only where it may and only to its own origin', () => {
    const of = (next: string | null) => {
      const urls = { ...factsOf().urls, next };
      return page.render(factsOf({ state: 'called' }, { urls, continuesByItself: true })).html;
    };
    expect(of('/campaigns/lny-2026')).toContain('content="1;url=/campaigns/lny-2026"');
    for (const foreign of ['//evil.test', 'https://evil.test/', '/\\evil.test', 'javascript:alert(1)', '/a/../b']) {
      expect(of(foreign)).not.toMatch(/evil|javascript:alert|url=|a\/\.\./);
    }
  });

  it('lets no text from outside become markup, whatever it is', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '</script><script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        '<!--<script>',
        "'`\u2028",
      ),
    );
    const tags = (html: string) =>
      html
        .match(/<[a-z!/][^>]*>/gi)
        ?.map((tag) => tag.replace(/".*"/s, ''))
        .join('') ?? '';
    const calm = tags(page.render(factsOf()).html);
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, ticket, url) => {
        const urls = { ...factsOf().urls, status: url };
        const facts = factsOf({ ticket }, { campaign: { name, state: 'open', opensAt: name }, urls });
        const { html } = page.render(facts);
        expect(tags(html)).toBe(calm);
        const data = JSON.parse(between(html, 'id="data">', '</script>')) as { ticket: { ticket: string } };
        expect(data.ticket.ticket).toBe(ticket);
      }),
    );
  });

  it('refuses a language it has not', () => {
    expect(() => page.render(factsOf({}, { language: 'tlh' }))).toThrow(RangeError);
    expect(() => new WaitingPage({}, loadTexts(), 'tlh')).toThrow('no texts in tlh');
  });
});
