/**
 * The service-level objective: 99.9 % of finished requests do not fail by the gateway's or the upstream's fault. Its
 * long windows come from recorded series, which have no instance and, the burn rates, no campaign.
 * @see https://sre.google/workbook/alerting-on-slos/
 */
import { GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode } from '@grafana/grafana-foundation-sdk/common';
import { frame } from './frame.js';
import { place, type Section } from './layout.js';
import { ERROR_BUDGET } from './overview-now.js';
import { lines, stacked, stat, steps, table } from './panel.js';
import { FAILED, ofCampaigns, rate, riseInRange, sum } from './promql.js';

const recorded = (name: string): string => `${name}{job=~"$job"}`;
const recordedOfCampaigns = (name: string): string => `${name}{job=~"$job", campaign=~"$campaign"}`;
const burn = (window: string): string =>
  `max(${recorded(`job:spillway_requests_failed:ratio_rate${window}`)}) / ${ERROR_BUDGET}`;
const offered = recordedOfCampaigns('job_campaign:spillway_claims_offered:rate1m');

const objective: Section = {
  title: 'Objective: 99.9 %',
  lines: [
    {
      height: 9,
      widths: [16, 8],
      panels: [
        lines({
          title: 'Burn rates',
          description:
            'How many times faster than allowed the error budget is spent, over windows of five minutes to three days. ' +
            'Lines at 14.4 and 6 (page), 3 and 1 (ticket): an alert needs its long and its short window above.',
          unit: 'short',
          queries: ['5m', '30m', '1h', '2h', '6h', '1d', '3d'].map((window) => ({ expr: burn(window), as: window })),
        })
          .thresholds(
            steps([
              [null, 'transparent'],
              [1, 'yellow'],
              [3, 'orange'],
              [6, 'red'],
              [14.4, 'dark-red'],
            ]),
          )
          .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed)),
        table({
          title: 'Firing alerts',
          description: 'Every alert of Spillway that fires now. Each has a runbook.',
          unit: 'none',
          queries: [
            {
              expr: 'sum by (alertname, severity, campaign) (ALERTS{product="spillway", alertstate="firing"})',
              as: '',
            },
          ],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        stat(
          {
            title: 'Success in the time on show',
            description: 'Share of finished requests that did not fail by our fault or the upstream’s.',
            unit: 'percentunit',
            queries: [
              {
                expr:
                  `1 - ${sum(riseInRange(ofCampaigns('spillway_requests_total', FAILED)))}` +
                  ` / ${sum(riseInRange(ofCampaigns('spillway_requests_total')))}`,
                as: 'success',
              },
            ],
          },
          [
            [null, 'red'],
            [0.998, 'orange'],
            [0.999, 'green'],
          ],
        ).decimals(3),
        stacked({
          title: 'Failures',
          description: 'What spends the error budget, by outcome and status.',
          unit: 'reqps',
          queries: [
            {
              expr: sum(rate(ofCampaigns('spillway_requests_total', FAILED)), 'outcome', 'code'),
              as: '{{outcome}} {{code}}',
            },
          ],
        }),
        lines({
          title: 'Share of failures by campaign',
          description:
            'Over five minutes. Above 2 % a campaign pages at once: it is over before an hour has a meaning.',
          unit: 'percentunit',
          queries: [
            {
              expr: recordedOfCampaigns('job_campaign:spillway_requests_failed:ratio_rate5m'),
              as: '{{campaign}}',
              colour: 'failed',
            },
          ],
        }),
      ],
    },
  ],
};

const shape: Section = {
  title: 'Shape of the demand',
  lines: [
    {
      height: 7,
      widths: [6, 18],
      panels: [
        stat({
          title: 'Peak to mean',
          description:
            'Highest minute of offered claims over the mean of the time on show. Midnight drops reach 7, cued waves 20.',
          unit: 'short',
          queries: [
            {
              expr: `max_over_time(${offered}[$__range]) / avg_over_time(${offered}[$__range])`,
              as: '{{campaign}}',
            },
          ],
        }).decimals(1),
        lines({
          title: 'Offered claims',
          description: 'Claims that arrive, over a minute.',
          unit: 'reqps',
          queries: [{ expr: offered, as: '{{campaign}}', colour: 'offered' }],
        }),
      ],
    },
  ],
};

export const slo = place(
  frame({
    uid: 'spillway-slo',
    title: 'Spillway / SLO',
    description: 'Error budget, burn rates, firing alerts, and the shape of the demand.',
  }),
  [objective, shape],
);
