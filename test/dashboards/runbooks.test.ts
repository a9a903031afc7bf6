/** The pages for the people on call: one an alert, complete, with queries that Prometheus reads and links that lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dashboards, panelsOf } from './dashboard-files.js';
import { alerts, knownNames } from './known-metrics.js';
import { familyOf, selectors, unreadable } from './promql.js';

const FOLDER = 'docs/runbooks';
const pages = readdirSync(FOLDER).map((file) => `${FOLDER}/${file}`);
const runbooks = pages.filter((path) => !path.endsWith('/README.md')).map((path) => ({ path, text: read(path) }));
const documents = [...pages, 'docs/campaign-day.md'].map((path) => ({ path, text: read(path) }));

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);
const titleOf = (text: string): string => /^# (.*)$/m.exec(text)?.[1] ?? '';

describe('Runbooks', () => {
  it('are there for every alert, and for nothing else', () => {
    expect(runbooks.map(({ text }) => titleOf(text)).sort()).toEqual(alerts.map(({ name }) => name).sort());
  });

  it('are all listed, with the severity of their alert', () => {
    const index = read(`${FOLDER}/README.md`);
    for (const { path, text } of runbooks) {
      const { labels } = alerts.find(({ name }) => name === titleOf(text))!;
      const row = index.split('\n').find((line) => line.includes(`(${path.slice(FOLDER.length + 1)})`));
      expect([path, row]).toEqual([path, expect.stringMatching(new RegExp(`\\| ${labels!.severity} +\\|`))]);
      expect(text).toContain(`Severity: ${labels!.severity}.`);
    }
  });

  it.each(runbooks)('$path says meaning, impact, diagnosis, mitigation and verification', ({ text }) => {
    const sections = text.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual([
      'Meaning',
      'Impact',
      'Diagnosis',
      'Mitigation',
      'Verification',
    ]);
    const [, , diagnosis, mitigation, verification] = sections;
    expect(blocks(diagnosis!, 'promql').length).toBeGreaterThan(0);
    expect(diagnosis).toMatch(/_\w+ › |\]\(|amtool/);
    expect(mitigation).toMatch(/curl -sS (-X (PATCH|POST|DELETE) )?"\$ADMIN\/admin\/v1\/campaigns\/\$CAMPAIGN/);
    expect(verification).toMatch(/```promql|_\w+ › /);
  });
});

describe('Operators’ pages', () => {
  it('hold queries that Prometheus reads, of metrics that there are', async () => {
    const queries = documents.flatMap(({ text }) => blocks(text, 'promql'));
    expect(queries.length).toBeGreaterThan(40);
    expect(unreadable(queries)).toBe('');
    const known = await knownNames();
    const used = queries.flatMap(selectors).map(({ metric }) => familyOf(metric));
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  it('name panels that there are', () => {
    const shown = new Set(
      dashboards.flatMap((dashboard) => {
        const name =
          { 'spillway-limits': 'Limits' }[dashboard.uid ?? ''] ?? dashboard.title!.replace('Spillway / ', '');
        return panelsOf(dashboard).map(({ title }) => `${name} › ${title}`);
      }),
    );
    const named = documents.flatMap(({ path, text }) =>
      [...text.replaceAll(/\s+/g, ' ').matchAll(/_([A-Z]\w* › [^_]+)_/g)].map(([, panel]) => ({ path, panel: panel! })),
    );
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter(({ panel }) => panel !== 'Dashboard › Panel' && !shown.has(panel))).toEqual([]);
  });

  it('link to pages that there are', () => {
    const links = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => join(dirname(path), target!)),
    );
    expect(links.filter((target) => !existsSync(target))).toEqual([]);
  });

  it('change a campaign with a body that is JSON, has a reason, and sets only what an operator may set', () => {
    const calls = documents.flatMap(({ text }) => blocks(text, 'sh')).filter((block) => /-X (PATCH|POST)/.test(block));
    const bodies = calls.flatMap((block) => [...block.matchAll(/-d '([^']*)'/g)].map(([, body]) => body!));
    expect(bodies.length).toBeGreaterThan(20);
    for (const body of bodies) {
      const { reason, ratePerSecond, burst, state, ...others } = JSON.parse(body) as Record<string, unknown>;
      expect([body, typeof reason, others]).toEqual([body, 'string', {}]);
      expect([undefined, 'open', 'paused', 'sold-out', 'ended']).toContain(state);
      expect(['number', 'undefined']).toEqual(expect.arrayContaining([typeof ratePerSecond, typeof burst]));
    }
  });
});

describe('The checklist of a campaign’s day', () => {
  it('goes from the rehearsal to the review', () => {
    const steps = [...read('docs/campaign-day.md').matchAll(/^## (.*)$/gm)].map(([, title]) => title!.split(':')[0]);
    expect(steps).toEqual(['T−7 d', 'T−1 d', 'T−1 h', 'T−15 min', 'T', 'While it runs', 'After the end', 'T+1 h']);
  });
});
