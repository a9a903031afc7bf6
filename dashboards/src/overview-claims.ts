/** What became of the claims, and how the upstream bears them. */
import type { Section } from './layout.js';
import { lines, stacked, table, timeline } from './panel.js';
import { ofCampaigns, ofGateways, quantile, rate, shared, sum } from './promql.js';

const upstreamTimes = ofGateways('spillway_upstream_request_duration_seconds_bucket');

export const claims: Section = {
  title: 'Claims',
  lines: [
    {
      height: 8,
      panels: [
        stacked({
          title: 'Outcomes of claims',
          description: 'How requests to the guarded routes ended.',
          unit: 'reqps',
          queries: [
            { expr: sum(rate(ofCampaigns('spillway_requests_total', 'route="claim"')), 'outcome'), as: '{{outcome}}' },
          ],
        }),
        lines({
          title: 'Upstream latency',
          description: 'Time the upstream took to answer.',
          unit: 's',
          queries: [
            { expr: quantile(0.5, upstreamTimes, 'upstream'), as: '{{upstream}}: p50' },
            { expr: quantile(0.99, upstreamTimes, 'upstream'), as: '{{upstream}}: p99' },
          ],
        }),
        lines({
          title: 'In flight against cap',
          description: 'Requests at the upstream, over all gateways, and how many may be there at once.',
          unit: 'short',
          queries: [
            {
              expr: sum(ofGateways('spillway_upstream_in_flight'), 'upstream'),
              as: '{{upstream}}: in flight',
              colour: 'admitted',
            },
            {
              expr: `max by (upstream) (${ofGateways('spillway_upstream_limit')})`,
              as: '{{upstream}}: cap',
              colour: 'limits',
            },
          ],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        stacked({
          title: 'Meaning of answers',
          description: 'What the answers to claims mean. Unknown: handed over, and no usable answer came.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(ofCampaigns('spillway_claims_total')), 'outcome'), as: '{{outcome}}' }],
        }),
        lines({
          title: 'Budget left',
          description: 'Claims that may still be granted. At 0 the campaign is sold out.',
          unit: 'short',
          queries: [{ expr: shared('spillway_budget_remaining_claims'), as: '{{campaign}}', colour: 'admitted' }],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        stacked({
          title: 'Upstream answers',
          description: 'By HTTP status, or by what went wrong where no usable answer came.',
          unit: 'reqps',
          queries: [
            {
              expr: sum(rate(ofGateways('spillway_upstream_requests_total')), 'upstream', 'code', 'error'),
              as: '{{upstream}}: {{code}} {{error}}',
            },
          ],
        }),
        lines({
          title: 'Replays',
          description: 'Repeats of a claim that got the first answer again, without the upstream.',
          unit: 'reqps',
          queries: [
            {
              expr: sum(rate(ofCampaigns('spillway_requests_total', 'outcome="replayed"')), 'campaign'),
              as: '{{campaign}}',
            },
          ],
        }),
        timeline({
          title: 'Upstream breaker',
          description: 'Gateways whose breaker is not closed: they spare an upstream that keeps failing.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (upstream, state) (${ofGateways('spillway_upstream_breaker_state', 'state!="closed"')})`,
              as: '{{upstream}}: {{state}}',
            },
          ],
        }),
        lines({
          title: 'Targets left out',
          description:
            'Instances of an upstream that get nothing but a try now and then: silent, or slower than the others.',
          unit: 'short',
          queries: [
            {
              expr: `max by (upstream) (${ofGateways('spillway_upstream_targets')} - ${ofGateways('spillway_upstream_targets_in_use')})`,
              as: '{{upstream}}',
            },
          ],
        }),
      ],
    },
  ],
};

export const facts: Section = {
  title: 'Facts',
  lines: [
    {
      height: 7,
      panels: [
        table({
          title: 'Configured rate',
          description: 'Claims per second each campaign is set to, an operator’s change included.',
          unit: 'reqps',
          queries: [{ expr: shared('spillway_admission_configured_rate'), as: '' }],
        }),
        table({
          title: 'Burst',
          description: 'Claims that may go at once after a quiet moment.',
          unit: 'short',
          queries: [{ expr: shared('spillway_admission_burst'), as: '' }],
        }),
        lines({
          title: 'Operator changes',
          description: 'Changes of a campaign’s rate or burst in each interval. The audit log tells who and why.',
          unit: 'short',
          queries: [
            { expr: changes('spillway_admission_configured_rate'), as: '{{campaign}}: rate', colour: 'configured' },
            { expr: changes('spillway_admission_burst'), as: '{{campaign}}: burst', colour: 'limits' },
          ],
        }),
        lines({
          title: 'Operator actions',
          description: 'What operators asked for in each interval, and what came of it; dry runs apart.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (action, result) (increase(${ofGateways('spillway_admin_actions_total')}[$__rate_interval])) > 0`,
              as: '{{action}}: {{result}}',
            },
          ],
        }),
      ],
    },
  ],
};

function changes(metric: string): string {
  return `max by (job, campaign) (changes(${ofCampaigns(metric)}[$__rate_interval]))`;
}
