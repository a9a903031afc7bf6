/** What a person on call reads first: the numbers of this moment. */
import type { Section } from './layout.js';
import { names, stat } from './panel.js';
import { FAILED, ofCampaigns, ofGateways, rate, riseInRange, shared, sharedTotal, sum } from './promql.js';

const claims = ofCampaigns('spillway_requests_total', 'route="claim"');
const handedOver = ofCampaigns(
  'spillway_requests_total',
  'route="claim", outcome=~"proxied|upstream_error|upstream_timeout"',
);
const answered = ofCampaigns('spillway_requests_total', 'route="claim", outcome="proxied"');
const finished = ofCampaigns('spillway_requests_total');
const failed = ofCampaigns('spillway_requests_total', FAILED);

/** Share of requests that may fail: the objective is 99.9 %. */
export const ERROR_BUDGET = 0.001;

export const now: Section = {
  title: 'Now',
  lines: [
    {
      height: 4,
      widths: [6, 3, 3, 4, 4, 4],
      panels: [
        names({
          title: 'State',
          description: 'The state each campaign is in.',
          unit: 'none',
          queries: [
            {
              expr: `max by (job, campaign, state) (${ofCampaigns('spillway_campaign_state')}) == 1`,
              as: '{{campaign}}: {{state}}',
            },
          ],
        }),
        stat({
          title: 'Offered',
          description: 'Claims that arrive, repeats included.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(claims)), as: 'offered', colour: 'offered' }],
        }),
        stat({
          title: 'Admitted',
          description: 'Claims handed over to the upstream.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(ofCampaigns('spillway_admissions_total'))), as: 'admitted', colour: 'admitted' }],
        }),
        stat({
          title: 'Waiting',
          description: 'People in line. A long line is the product working.',
          unit: 'short',
          queries: [{ expr: sharedTotal('spillway_line_waiting'), as: 'waiting', colour: 'waiting' }],
        }),
        stat({
          title: 'Longest wait',
          description: 'How long somebody who joins now will wait: those waiting, at the rate of now.',
          unit: 's',
          queries: [
            {
              expr: `max(${shared('spillway_line_waiting')} / (${shared('spillway_admission_effective_rate')} > 0))`,
              as: 'wait',
              colour: 'waiting',
            },
          ],
        }),
        stat(
          {
            title: 'Success of admitted',
            description: 'Share of the claims handed over that the upstream answered.',
            unit: 'percentunit',
            queries: [{ expr: `${sum(rate(answered))} / ${sum(rate(handedOver))}`, as: 'success' }],
          },
          [
            [null, 'red'],
            [0.98, 'orange'],
            [0.999, 'green'],
          ],
        ),
      ],
    },
    {
      height: 4,
      widths: [5, 4, 5, 5, 5],
      panels: [
        stat(
          {
            title: 'Error budget left',
            description:
              'Of the 0.1 % of requests that may fail, the share left over the time on show. Below 0: overspent.',
            unit: 'percentunit',
            queries: [
              {
                expr: `1 - ${sum(riseInRange(failed))} / ${sum(riseInRange(finished))} / ${ERROR_BUDGET}`,
                as: 'left',
              },
            ],
          },
          [
            [null, 'red'],
            [0.25, 'orange'],
            [0.5, 'green'],
          ],
        ),
        stat(
          {
            title: 'Gateways ready',
            description: 'Gateways that answer and are not stopping. Two are the least for a campaign.',
            unit: 'short',
            queries: [{ expr: `sum(${ofGateways('spillway_draining')} == bool 0)`, as: 'ready' }],
          },
          [
            [null, 'red'],
            [2, 'green'],
          ],
        ),
        stat({
          title: 'Remaining budget',
          description: 'Claims that may still be granted; empty for campaigns without a budget.',
          unit: 'short',
          queries: [{ expr: shared('spillway_budget_remaining_claims'), as: '{{campaign}}' }],
        }),
        stat({
          title: 'Opens in',
          description: 'Time until each campaign opens; negative since it opened.',
          unit: 'dtdurations',
          queries: [{ expr: `${campaignTime('opens')} - time()`, as: '{{campaign}}' }],
        }),
        stat({
          title: 'Closes in',
          description: 'Time until each campaign closes; negative since it closed.',
          unit: 'dtdurations',
          queries: [{ expr: `${campaignTime('closes')} - time()`, as: '{{campaign}}' }],
        }),
      ],
    },
  ],
};

function campaignTime(moment: 'opens' | 'closes'): string {
  return shared(`spillway_campaign_${moment}_timestamp_seconds`);
}
