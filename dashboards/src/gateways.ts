/** The processes: is one of them the bottleneck, and do they all run the same thing. */
import { frame } from './frame.js';
import { place, type Section } from './layout.js';
import { lines, stacked, table, timeline } from './panel.js';
import { ofCampaigns, ofGateways, quantile, rate, sum } from './promql.js';

const overhead = ofGateways('spillway_overhead_duration_seconds_bucket');
const ticks = ofGateways('spillway_tick_duration_seconds_bucket');

const processes: Section = {
  title: 'Processes',
  lines: [
    {
      height: 8,
      panels: [
        lines({
          title: 'Event loop utilisation',
          description: 'Share of time the event loop was busy. Above 90 % answers wait for each other.',
          unit: 'percentunit',
          queries: [{ expr: ofGateways('spillway_event_loop_utilization_ratio'), as: '{{instance}}' }],
        }).max(1),
        lines({
          title: 'Event loop lag (p99)',
          description: 'How late the event loop came back to a timer.',
          unit: 's',
          queries: [{ expr: ofGateways('nodejs_eventloop_lag_p99_seconds'), as: '{{instance}}' }],
        }),
        lines({
          title: 'CPU',
          description: 'Cores in use. One process serves on one core.',
          unit: 'short',
          queries: [{ expr: rate(ofGateways('process_cpu_seconds_total')), as: '{{instance}}' }],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: 'Memory',
          description: 'Resident memory, and the part of it that JavaScript objects use. Flat under constant load.',
          unit: 'bytes',
          queries: [
            { expr: ofGateways('process_resident_memory_bytes'), as: '{{instance}}: resident' },
            { expr: ofGateways('nodejs_heap_size_used_bytes'), as: '{{instance}}: heap' },
          ],
        }),
        lines({
          title: 'Garbage collection',
          description: 'Share of time spent collecting garbage.',
          unit: 'percentunit',
          queries: [{ expr: sum(rate(ofGateways('nodejs_gc_duration_seconds_sum')), 'instance'), as: '{{instance}}' }],
        }),
        lines({
          title: 'Connections and requests',
          description: 'Open client connections, and requests being answered.',
          unit: 'short',
          queries: [
            { expr: ofGateways('spillway_connections'), as: '{{instance}}: connections' },
            { expr: sum(ofGateways('spillway_requests_in_flight'), 'instance'), as: '{{instance}}: requests' },
          ],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: 'Overhead (p99)',
          description: 'Time the gateway adds to a request, without the upstream’s and without waiting.',
          unit: 's',
          queries: [{ expr: quantile(0.99, overhead, 'route'), as: '{{route}}' }],
        }),
        stacked({
          title: 'Shed',
          description: 'Requests refused to keep the gateway itself alive, by class and reason.',
          unit: 'reqps',
          queries: [
            { expr: sum(rate(ofCampaigns('spillway_shed_total')), 'class', 'reason'), as: '{{class}}: {{reason}}' },
          ],
        }),
        stacked({
          title: 'Cache',
          description: 'Requests beside the line that may be answered from the cache, by what became of them.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(ofCampaigns('spillway_cache_requests_total')), 'result'), as: '{{result}}' }],
        }),
        lines({
          title: 'Shedding threshold',
          description:
            'Who is turned away to keep the gateway alive: 1 all requests beside the line, 2 the lower class, 3 new claims, 4 those who have waited; between, a share of the claimants.',
          unit: 'short',
          queries: [{ expr: ofGateways('spillway_shed_threshold'), as: '{{instance}}' }],
        }),
        timeline({
          title: 'Not serving',
          description: 'Gateways that do not answer Prometheus, and those that are stopping.',
          unit: 'short',
          queries: [
            { expr: `${ofGateways('up')} == bool 0`, as: '{{instance}}: down' },
            { expr: ofGateways('spillway_draining'), as: '{{instance}}: draining' },
          ],
        }),
      ],
    },
  ],
};

const line: Section = {
  title: 'Tick of the line',
  lines: [
    {
      height: 7,
      panels: [
        lines({
          title: 'Age of the last tick',
          description: 'Time since the line last ticked. Ten ticks a second with people in line, one a second without.',
          unit: 's',
          queries: [{ expr: `time() - ${ofGateways('spillway_tick_last_timestamp_seconds')}`, as: '{{instance}}' }],
        }),
        lines({
          title: 'Time of a tick',
          description: 'How long a tick took, all campaigns’ together.',
          unit: 's',
          queries: [
            { expr: quantile(0.5, ticks), as: 'p50' },
            { expr: quantile(0.99, ticks), as: 'p99' },
          ],
        }),
      ],
    },
  ],
};

const facts: Section = {
  title: 'Versions and configuration',
  lines: [
    {
      height: 7,
      panels: [
        table({
          title: 'Versions',
          description: 'Gateways by what they run. More than one row lasts only as long as a deployment.',
          unit: 'short',
          queries: [{ expr: `count by (job, version, node) (${ofGateways('spillway_build_info')})`, as: '' }],
        }),
        table({
          title: 'Configuration revisions',
          description: 'Gateways by the configuration in force. More than one row that stays is drift.',
          unit: 'short',
          queries: [{ expr: `count by (job, revision) (${ofGateways('spillway_config_info')})`, as: '' }],
        }),
        table({
          title: 'Workers',
          description: 'Processes that serve on each machine.',
          unit: 'short',
          queries: [{ expr: ofGateways('spillway_workers'), as: '' }],
        }),
      ],
    },
    {
      height: 7,
      panels: [
        timeline({
          title: 'Reload failed',
          description: 'Gateways that refused the last configuration and keep the one before.',
          unit: 'short',
          queries: [{ expr: `${ofGateways('spillway_config_last_reload_successful')} == bool 0`, as: '{{instance}}' }],
        }),
        lines({
          title: 'Reloads',
          description: 'Readings of the configuration while running, by what came of them.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (result) (increase(${ofGateways('spillway_config_reloads_total')}[$__rate_interval]))`,
              as: '{{result}}',
            },
          ],
        }),
        lines({
          title: 'Log lines left out',
          description: 'Lines for answers that a burst kept out of the log, a second. The metrics have them all.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (instance) (rate(${ofGateways('spillway_log_lines_dropped_total')}[$__rate_interval]))`,
              as: '{{instance}}',
            },
          ],
        }),
        lines({
          title: 'Banned and refused addresses',
          description:
            'Bans of addresses, first and repeated, and what was refused for its address: requests of banned ones, requests beyond their pace, connections.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (step) (increase(${ofGateways('spillway_address_bans_total')}[$__rate_interval]))`,
              as: 'banned, {{step}}',
            },
            {
              expr: `sum by (reason) (rate(${ofGateways('spillway_address_refusals_total')}[$__rate_interval]))`,
              as: 'refused a second, {{reason}}',
            },
          ],
        }),
        lines({
          title: 'Age of the configuration',
          description: 'Time since the configuration in force was loaded.',
          unit: 's',
          queries: [
            {
              expr: `time() - ${ofGateways('spillway_config_last_reload_timestamp_seconds')}`,
              as: '{{instance}}',
            },
          ],
        }),
      ],
    },
  ],
};

export const gateways = place(
  frame({
    uid: 'spillway-gateways',
    title: 'Spillway / Gateways',
    description: 'Load, health and sameness of the gateway processes.',
  }),
  [processes, line, facts],
);
