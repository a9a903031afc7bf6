/** The people in line: how many, how long, and whether they were told the truth. */
import type { Section } from './layout.js';
import { heatmap, lines, stacked } from './panel.js';
import { ofCampaigns, quantile, rate, shared, sum } from './promql.js';

const waits = ofCampaigns('spillway_line_wait_seconds_bucket', 'outcome="entered"');
const leaves = (reason: string): string => ofCampaigns('spillway_line_leaves_total', reason);
const holds = ofCampaigns('spillway_hold_duration_seconds_bucket');

export const line: Section = {
  title: 'Line',
  lines: [
    {
      height: 8,
      panels: [
        lines({
          title: 'Depth against limit',
          description: 'People waiting, and how many may at most. Beyond the limit newcomers are answered QUEUE_FULL.',
          unit: 'short',
          queries: [
            { expr: shared('spillway_line_waiting'), as: '{{campaign}}: waiting', colour: 'waiting' },
            { expr: shared('spillway_line_limit'), as: '{{campaign}}: limit', colour: 'limits' },
          ],
        }),
        stacked({
          title: 'Joins',
          description: 'Places given out, by the way people came.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(ofCampaigns('spillway_line_joins_total')), 'path'), as: '{{path}}' }],
        }),
        stacked({
          title: 'Leaves',
          description: 'Places used (entered), lost (lapsed), given up (left) or closed with the campaign (ended).',
          unit: 'reqps',
          queries: [{ expr: sum(rate(leaves('')), 'reason'), as: '{{reason}}' }],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: 'Wait of those who entered',
          description: 'From joining to handing over. The spread between p50 and p99 is the unevenness people feel.',
          unit: 's',
          queries: [
            { expr: quantile(0.5, waits), as: 'p50' },
            { expr: quantile(0.9, waits), as: 'p90' },
            { expr: quantile(0.99, waits), as: 'p99' },
          ],
        }),
        heatmap({
          title: 'Waits',
          description: 'How many of those who entered had waited how long.',
          unit: 's',
          queries: [{ expr: sum(rate(waits), 'le'), as: '{{le}}' }],
        }),
        lines({
          title: 'Promise kept',
          description: 'Share of people who waited at most 1.5 times what they were first promised. At least 90 %.',
          unit: 'percentunit',
          queries: [
            {
              expr:
                `${sum(rate(ofCampaigns('spillway_line_eta_ratio_bucket', 'le="1.5"')), 'campaign')}` +
                ` / ${sum(rate(ofCampaigns('spillway_line_eta_ratio_count')), 'campaign')}`,
              as: '{{campaign}}',
            },
          ],
        }).max(1),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: 'Abandonment and no-shows',
          description:
            'Share of those leaving the line who gave up or did not come when called, and the share of no-shows that ' +
            'the gateways expect and call ahead for.',
          unit: 'percentunit',
          queries: [
            {
              expr: `${sum(rate(leaves('reason=~"left|lapsed"')), 'campaign')} / ${sum(rate(leaves('')), 'campaign')}`,
              as: '{{campaign}}: gave up or lapsed',
              colour: 'limits',
            },
            { expr: shared('spillway_line_no_show_ratio'), as: '{{campaign}}: expected no-shows', colour: 'waiting' },
          ],
        }).max(1),
        lines({
          title: 'Numbers',
          description: 'Highest number given out and highest called; the line lies between them.',
          unit: 'short',
          queries: [
            { expr: shared('spillway_line_tail'), as: '{{campaign}}: given out', colour: 'waiting' },
            { expr: shared('spillway_line_head'), as: '{{campaign}}: called', colour: 'admitted' },
          ],
        }),
        lines({
          title: 'Polls',
          description: 'Questions for one’s place, and those that came sooner than the client had been told.',
          unit: 'reqps',
          queries: [
            { expr: sum(rate(ofCampaigns('spillway_line_polls_total')), 'transport'), as: '{{transport}}' },
            {
              expr: sum(rate(ofCampaigns('spillway_line_early_polls_total')), 'transport'),
              as: '{{transport}}, too early',
              colour: 'limits',
            },
          ],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: 'Tickets checked',
          description: 'By result. bad_signature is forgery, or gateways that do not share their keys.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(ofCampaigns('spillway_ticket_checks_total')), 'result'), as: '{{result}}' }],
        }),
        lines({
          title: 'Held at the door',
          description: 'Claims kept inside the gateways for their turn.',
          unit: 'short',
          queries: [{ expr: sum(ofCampaigns('spillway_held_requests'), 'campaign'), as: '{{campaign}}' }],
        }),
        lines({
          title: 'Sessions',
          description:
            'Of campaigns of several requests: sessions going on, and how many may at once. At the limit nobody is called.',
          unit: 'short',
          queries: [
            { expr: shared('spillway_sessions_active'), as: '{{campaign}}: active', colour: 'admitted' },
            { expr: shared('spillway_sessions_limit'), as: '{{campaign}}: limit', colour: 'limits' },
          ],
        }),
        lines({
          title: 'Time held',
          description: 'How long claims were kept for their turn. Bounded by the campaign’s holdMs.',
          unit: 's',
          queries: [
            { expr: quantile(0.5, holds), as: 'p50' },
            { expr: quantile(0.99, holds), as: 'p99' },
          ],
        }),
      ],
    },
  ],
};
