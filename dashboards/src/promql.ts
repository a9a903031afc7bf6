/**
 * The few shapes of PromQL that the panels are made of.
 *
 * A job is one deployment of Spillway. Numbers about shared state are reported by every gateway of it, so they are
 * joined by maximum within a job and only then added up: {@link shared}. Rates use `$__rate_interval`, so that a
 * panel is right at every zoom and scrape interval.
 */

const GATEWAY = 'job=~"$job", instance=~"$instance"';
const CAMPAIGN = `${GATEWAY}, campaign=~"$campaign"`;

/** A metric of the gateways on show. @param more - further matchers, as in PromQL */
export const ofGateways = (metric: string, more = ''): string => select(metric, GATEWAY, more);

/** A metric of the campaigns on show, on the gateways on show. */
export const ofCampaigns = (metric: string, more = ''): string => select(metric, CAMPAIGN, more);

function select(metric: string, matchers: string, more: string): string {
  return `${metric}{${matchers}${more === '' ? '' : `, ${more}`}}`;
}

/** Per second, of a counter. */
export const rate = (counter: string): string => `rate(${counter}[$__rate_interval])`;

/** The rise of a counter over the whole time range of the dashboard. */
export const riseInRange = (counter: string): string => `increase(${counter}[$__range])`;

export const sum = (expression: string, ...by: string[]): string =>
  by.length === 0 ? `sum(${expression})` : `sum by (${by.join(', ')}) (${expression})`;

/** A number about shared state, once a campaign. */
export const shared = (metric: string, more = ''): string => `max by (job, campaign) (${ofCampaigns(metric, more)})`;

/** The same, added up over the campaigns on show. */
export const sharedTotal = (metric: string): string => `sum(${shared(metric)})`;

/** @param buckets - selector of the histogram's `_bucket` series */
export const quantile = (q: number, buckets: string, ...by: string[]): string =>
  `histogram_quantile(${q}, ${sum(rate(buckets), ...by, 'le')})`;

/** Requests that broke the service-level objective: waiting, limits and sold out are the product working. */
export const FAILED = 'outcome=~"gateway_error|upstream_error|upstream_timeout"';
