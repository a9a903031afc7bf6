/** Every generated file, with its text: what the script writes and the tests compare. */
import type { Dashboard, DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { gateways } from './gateways.js';
import { limits } from './limits.js';
import { metricsPage } from './metrics-page.js';
import { overview } from './overview.js';
import { slo } from './slo.js';

export const DASHBOARDS: readonly DashboardBuilder[] = [overview, limits, gateways, slo];

export interface Output {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export function outputs(): Output[] {
  const dashboards = DASHBOARDS.map((builder) => {
    const dashboard = inTheOpen(builder.build());
    const path = `dashboards/grafana/dashboards/${dashboard.uid}.json`;
    return { path, text: `${JSON.stringify(dashboard, null, 2)}\n` };
  });
  return [...dashboards, { path: 'docs/metrics.md', text: metricsPage() }];
}

/** The SDK would hide links and annotations in a menu; they belong on the dashboard. */
function inTheOpen(dashboard: Dashboard): Dashboard {
  for (const control of [...(dashboard.links ?? []), ...(dashboard.annotations.list ?? [])]) delete control.placement;
  return dashboard;
}
