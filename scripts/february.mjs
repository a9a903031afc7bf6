/**
 * The morning in February 2026 that docs/replay.md tells of: an offer that spreads by invitation, with nothing in front
 * of the service and with Spillway. Simulates both, draws docs/images/february.svg and prints the table beside it.
 *
 *   npm run build && node scripts/february.mjs [--people 1000000] [--compression 20] [--out docs/images/february.svg]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadConfig } from '../dist/config/load.js';
import { burstOptions, DEFAULT_BOUNDS } from '../dist/replay/burst-options.js';
import { pictureSvg } from '../dist/replay/html/picture.js';
import { perSecond } from '../dist/replay/html/pictures.js';
import { PROFILES } from '../dist/replay/profiles/catalogue.js';
import { whole } from '../dist/replay/report-text.js';
import { sum } from '../dist/replay/verdicts.js';
import { simulateApart } from '../dist/simulate/apart.js';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    compression: { type: 'string', default: '20' },
    out: { type: 'string', default: 'docs/images/february.svg' },
  },
});
const file = 'config/spillway.yaml';
const { config } = loadConfig({ file, text: readFileSync(file, 'utf8'), env: {} });
const [campaign] = config.campaigns;
const [upstream] = config.upstreams;
const profile = PROFILES.get('viral-invite');
const { ratePerSecond, burst } = campaign.admission;
const parallel = upstream.concurrency.limit;
const bears = (1000 * parallel) / 50;

/** @param gateway - whether there is one; without, everybody repeats every second and gives up after a minute */
async function morning(gateway) {
  const { report } = await simulateApart({
    burst: burstOptions({
      targets: [{ url: gateway ? 'simulated gateway' : 'the service itself', share: 1 }],
      campaign: campaign.id,
      shape: profile.name,
      people: Number(values.people),
      overSeconds: profile.seconds / Number(values.compression),
      mix: gateway ? profile.mix : { retrying: 1 },
      patienceMs: gateway ? 86_400_000 : 60_000,
      runId: 'p',
      bounds: { ...DEFAULT_BOUNDS, ratePerSecond, burst, concurrency: parallel, ledger: false },
    }),
    campaign,
    upstream,
    service: { serviceMs: 50, parallel, crashAbove: 20 * parallel, slowdown: 2, restartMs: 3000, timeoutMs: 3000 },
    gateway,
    roundTripMs: 2,
    changes: [],
    startWallMs: Date.UTC(2026, 1, 17),
  });
  return report;
}

const without = await morning(false);
const withSpillway = await morning(true);
const most = (series) => series.reduce((high, one) => Math.max(high, one), 0);
/** Both worlds over the same time. */
const both = (of, draw = 'line') => [
  { name: 'without', kind: 'bad', draw, points: perSecond(of(without)).filter(within) },
  { name: 'with Spillway', kind: 'admitted', draw: 'line', points: perSecond(of(withSpillway)).filter(within) },
];
/** Late ones, after those who did not know have come in vain, are left out. */
const end = 1.5 * (profile.seconds / Number(values.compression));
const within = ([second]) => second <= end;

writeFileSync(
  values.out,
  pictureSvg('A morning in February 2026, without and with Spillway', [
    {
      title: 'Granted: what the service got done',
      xUnit: 'since the start',
      yUnit: 'a second',
      series: [
        ...both(({ seconds }) => seconds.granted),
        {
          name: `what it bears (${bears}/s)`,
          kind: 'rate',
          draw: 'line',
          points: [
            [0, bears],
            [end, bears],
          ],
        },
      ],
    },
    {
      title: 'People: who came',
      xUnit: 'since the start',
      yUnit: 'a second',
      series: both(({ seconds }) => seconds.offered),
    },
    {
      title: 'Requests: what came in for that',
      xUnit: 'since the start',
      yUnit: 'a second',
      series: both(({ seconds }) => seconds.sent, 'area'),
    },
    {
      title: 'In line with Spillway',
      xUnit: 'since the start',
      yUnit: 'people',
      series: [
        {
          name: 'people',
          kind: 'waiting',
          draw: 'area',
          points: perSecond(withSpillway.seconds.waiting).filter(within),
        },
      ],
    },
  ]),
);

const minutes = (ms) => `${(ms / 60_000).toFixed(1)} min`;
const rows = [
  ['people who came', (report) => whole(report.arrived)],
  ['granted', (report) => whole(report.granted)],
  ['gave up', (report) => whole(sum(report.gaveUp))],
  ['the service fell over', (report) => `${whole(report.upstream.crashes)} times`],
  ['most claims at the service in a second', (report) => whole(report.upstream.worstSecond)],
  ['most claims in flight there', (report) => whole(report.upstream.maxInFlight)],
  ['most requests in a second', (report) => whole(most(report.seconds.sent))],
  ['requests a grant', (report) => report.requestsPerGrant.toFixed(1)],
  ['longest line', (report) => (report === without ? '–' : whole(most(report.seconds.waiting)))],
  ['half waited no longer than', (report) => minutes(report.waitMs.p50)],
  ['99 % waited no longer than', (report) => minutes(report.waitMs.p99)],
];
process.stdout.write('| | without | with Spillway |\n|---|--:|--:|\n');
for (const [name, show] of rows) process.stdout.write(`| ${name} | ${show(without)} | ${show(withSpillway)} |\n`);
