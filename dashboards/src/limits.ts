/** The limits of claimants and addresses, and the store that all shared numbers live in. */
import { frame } from './frame.js';
import { place, type Section } from './layout.js';
import { heatmap, lines, stacked, stat, timeline } from './panel.js';
import { ofCampaigns, ofGateways, quantile, rate, sum } from './promql.js';

const checks = (results: string): string => rate(ofCampaigns('spillway_limiter_checks_total', results));
const checkTimes = ofGateways('spillway_limiter_check_duration_seconds_bucket');
const callTimes = ofGateways('spillway_store_call_duration_seconds_bucket');
const calls = (results: string): string => rate(ofGateways('spillway_store_calls_total', results));

const limiters: Section = {
  title: 'Limits',
  lines: [
    {
      height: 8,
      panels: [
        stacked({
          title: 'Checks by result',
          description: 'Checks of every limit of the campaigns, by result.',
          unit: 'reqps',
          queries: [{ expr: sum(checks(''), 'result'), as: '{{result}}' }],
        }),
        lines({
          title: 'Refused by limit',
          description: 'Claims that a limit refused, the answers from the cache of refusals included.',
          unit: 'reqps',
          queries: [
            { expr: sum(checks('result=~"limited|cached"'), 'campaign', 'limit'), as: '{{campaign}}: {{limit}}' },
          ],
        }),
        lines({
          title: 'Near the limit',
          description: 'Share of passed checks at 80 % of the limit or more. A high share: the limit is about to bite.',
          unit: 'percentunit',
          queries: [
            {
              expr:
                `${sum(checks('result="near_limit"'), 'campaign', 'limit')}` +
                ` / ${sum(checks('result=~"allowed|near_limit"'), 'campaign', 'limit')}`,
              as: '{{campaign}}: {{limit}}',
            },
          ],
        }).max(1),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: 'Shadow',
          description: 'What campaigns in shadow mode would have refused or sent to the line.',
          unit: 'reqps',
          queries: [
            { expr: sum(checks('result="shadow_limited"'), 'limit'), as: 'limit {{limit}}', colour: 'limits' },
            {
              expr: sum(rate(ofCampaigns('spillway_decisions_total', 'decision="shadow"')), 'reason'),
              as: 'would: {{reason}}',
            },
          ],
        }),
        lines({
          title: 'Refusals from the cache',
          description: 'Share of refusals that needed no call to the store.',
          unit: 'percentunit',
          queries: [
            {
              expr: `${sum(checks('result="cached"'))} / ${sum(checks('result=~"limited|cached"'))}`,
              as: 'from the cache',
              colour: 'limits',
            },
          ],
        }).max(1),
        lines({
          title: 'Time of a check',
          description: 'How long the check of a claim’s limits took, waiting for the batch included.',
          unit: 's',
          queries: [
            { expr: quantile(0.5, checkTimes, 'store'), as: '{{store}}: p50' },
            { expr: quantile(0.99, checkTimes, 'store'), as: '{{store}}: p99' },
          ],
        }),
      ],
    },
  ],
};

const store: Section = {
  title: 'Store',
  lines: [
    {
      height: 7,
      widths: [4, 10, 10],
      panels: [
        stat(
          {
            title: 'Gateways without the store',
            description: 'Gateways whose store does not answer.',
            unit: 'short',
            queries: [{ expr: `sum(${ofGateways('spillway_store_up')} == bool 0)`, as: 'without' }],
          },
          [
            [null, 'green'],
            [1, 'red'],
          ],
        ),
        timeline({
          title: 'Fallback',
          description: 'Gateways that decide by an outage policy (local, open, closed) instead of by the store.',
          unit: 'short',
          queries: [
            {
              expr: sum(ofGateways('spillway_store_mode', 'mode!="normal"'), 'mode'),
              as: '{{mode}}',
              colour: 'failed',
            },
          ],
        }),
        timeline({
          title: 'Store breaker',
          description: 'Gateways whose breaker of the store is not closed.',
          unit: 'short',
          queries: [
            {
              expr: sum(ofGateways('spillway_store_breaker_state', 'state!="closed"'), 'state'),
              as: '{{state}}',
            },
          ],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        heatmap({
          title: 'Store latency',
          description: 'How long script calls took. The deadline is 40 ms unless configured otherwise.',
          unit: 's',
          queries: [{ expr: sum(rate(callTimes), 'le'), as: '{{le}}' }],
        }),
        lines({
          title: 'Store latency by script (p99)',
          description: 'One slow script beside fast ones points at its keys; all slow at the store or the network.',
          unit: 's',
          queries: [{ expr: quantile(0.99, callTimes, 'script'), as: '{{script}}' }],
        }),
        lines({
          title: 'Claims a call',
          description: 'Claims that shared one script call. Batches grow with the load, and keep the store calm.',
          unit: 'short',
          queries: [
            {
              expr:
                `${sum(rate(ofGateways('spillway_store_batch_size_sum')), 'script')}` +
                ` / ${sum(rate(ofGateways('spillway_store_batch_size_count')), 'script')}`,
              as: '{{script}}',
            },
          ],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        stacked({
          title: 'Store calls',
          description: 'Script calls that were answered in time.',
          unit: 'ops',
          queries: [{ expr: sum(calls('result="ok"'), 'script'), as: '{{script}}' }],
        }),
        stacked({
          title: 'Store calls gone wrong',
          description: 'Calls without a usable answer in time, by what happened.',
          unit: 'ops',
          queries: [{ expr: sum(calls('result!="ok"'), 'result'), as: '{{result}}' }],
        }),
        stacked({
          title: 'Decisions by outage policy',
          description: 'Decisions made without the store.',
          unit: 'reqps',
          queries: [
            {
              expr: sum(rate(ofCampaigns('spillway_store_fallback_decisions_total')), 'campaign', 'policy'),
              as: '{{campaign}}: {{policy}}',
            },
          ],
        }),
      ],
    },
  ],
};

export const limits = place(
  frame({
    uid: 'spillway-limits',
    title: 'Spillway / Limits and store',
    description: 'What the limits refuse, and how the store behind them does.',
  }),
  [limiters, store],
);
