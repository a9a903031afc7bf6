/** How much is asked for, and what the gateways make of it. */
import type { Section } from './layout.js';
import { lines, stacked } from './panel.js';
import { ofCampaigns, quantile, rate, sharedTotal, sum } from './promql.js';

const decisions = ofCampaigns('spillway_decisions_total', 'decision!="shadow"');
const requests = ofCampaigns('spillway_requests_total');
const claims = ofCampaigns('spillway_requests_total', 'route="claim"');
const admissions = ofCampaigns('spillway_admissions_total');
const turnedAway = ofCampaigns(
  'spillway_decisions_total',
  'decision="refuse", reason=~"limited|queue_full|overloaded|in_progress|store_unavailable"',
);

export const demand: Section = {
  title: 'Demand',
  lines: [
    {
      height: 9,
      panels: [
        lines({
          title: 'Offered, admitted, configured, effective',
          description:
            'The pace of the campaign. While people wait, admitted hugs the effective line; it never lies above the ' +
            'configured one for longer than a burst. Effective below configured: the upstream is being spared.',
          unit: 'reqps',
          queries: [
            { expr: sum(rate(claims)), as: 'offered', colour: 'offered' },
            { expr: sum(rate(admissions)), as: 'admitted', colour: 'admitted' },
            { expr: sharedTotal('spillway_admission_configured_rate'), as: 'configured', colour: 'configured' },
            { expr: sharedTotal('spillway_admission_effective_rate'), as: 'effective', colour: 'limits' },
          ],
        }),
        stacked({
          title: 'Decisions',
          description:
            'What was decided about each claim, and why. Shadow decisions are left out: they refuse nothing.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(decisions), 'decision', 'reason'), as: '{{decision}}: {{reason}}' }],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: 'Retry pressure',
          description:
            'Claims that had to wait or were turned away, and polls before their time, for each person who joined or ' +
            'was admitted. About 1 when clients do as told; above 10 they hammer.',
          unit: 'short',
          queries: [
            {
              expr:
                `(${sum(rate(ofCampaigns('spillway_decisions_total', 'decision="wait"')), 'campaign')}` +
                ` + ${sum(rate(turnedAway), 'campaign')}` +
                ` + ${sum(rate(ofCampaigns('spillway_line_early_polls_total')), 'campaign')})` +
                ` / (${sum(rate(ofCampaigns('spillway_line_joins_total')), 'campaign')}` +
                ` + ${sum(rate(admissions), 'campaign')})`,
              as: '{{campaign}}',
            },
          ],
        }),
        lines({
          title: 'Latency by outcome (p99)',
          description: 'Time a client waited for its answer, by how the request ended. Waiting in line is not in it.',
          unit: 's',
          queries: [
            {
              expr: quantile(0.99, ofCampaigns('spillway_request_duration_seconds_bucket'), 'outcome'),
              as: '{{outcome}}',
            },
          ],
        }),
        stacked({
          title: 'Requests by route',
          description: 'Everything that clients ask, by route: claims, polls, the campaign document, the page.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(requests), 'route'), as: '{{route}}' }],
        }),
      ],
    },
  ],
};
