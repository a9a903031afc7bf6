/** What the four dashboards share: variables, links between them, annotations, time. */
import {
  AnnotationQueryBuilder,
  ConstantVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { COLOURS, type Colour } from './colours.js';
import { DATASOURCE } from './panel.js';
import { ofCampaigns, ofGateways } from './promql.js';

/** Where the runbooks are served; the alerts' `runbook_url` begins so too. */
export const RUNBOOKS_URL = 'https://docs.spillway.example/runbooks/';
/** The admin listener of any gateway. */
export const OPERATOR_PAGE_URL = 'http://127.0.0.1:9090/';

const TAG = 'spillway';
const ALL = '.+';

export interface Identity {
  /** Stable: bookmarks and alerts link to it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
}

export function frame({ uid, title, description }: Identity): DashboardBuilder {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .tooltip(DashboardCursorSync.Crosshair);
  for (const variable of variables()) dashboard.withVariable(variable);
  for (const link of links()) dashboard.link(link);
  for (const annotation of annotations()) dashboard.annotation(annotation);
  return dashboard;
}

function variables() {
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    choice('job', 'Job', 'label_values(spillway_build_info, job)'),
    choice('instance', 'Instance', 'label_values(spillway_build_info{job=~"$job"}, instance)'),
    choice('campaign', 'Campaign', 'label_values(spillway_campaign_state{job=~"$job"}, campaign)'),
    new ConstantVariableBuilder('runbooks').label('Runbooks').value(RUNBOOKS_URL),
    new ConstantVariableBuilder('operator').label('Operator page').value(OPERATOR_PAGE_URL),
  ];
}

/** `.+` for all: a list of every value would outgrow a URL, and would leave out `_other`. */
function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .current({ selected: true, text: 'All', value: '$__all' })
    .multi(true)
    .includeAll(true)
    .allValue(ALL)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

function links() {
  const external = (title: string, url: string, icon: string, tooltip: string) =>
    new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).icon(icon).tooltip(tooltip).targetBlank(true);
  return [
    new DashboardLinkBuilder('Spillway')
      .type(DashboardLinkType.Dashboards)
      .tags([TAG])
      .includeVars(true)
      .keepTime(true),
    external('Runbooks', '$runbooks', 'doc', 'What to do about each alert'),
    external('Operator page', '$operator', 'bolt', 'Pause, resume and pace a campaign'),
  ];
}

/** A minute is looked back, so that a moment between two scrapes is not missed. */
function annotations() {
  return [
    annotation(
      'Configuration reloaded',
      'neutral',
      `changes(${ofGateways('spillway_config_last_reload_timestamp_seconds')}[1m]) > 0`,
      'instance',
    ),
    annotation('Gateway started', 'neutral', `time() - ${ofGateways('process_start_time_seconds')} < 60`, 'instance'),
    annotation(
      'Campaign state',
      'waiting',
      `(max by (campaign, state) (${ofCampaigns('spillway_campaign_state')}) == 1) ` +
        `unless (max by (campaign, state) (${ofCampaigns('spillway_campaign_state')} offset 1m) == 1)`,
      'campaign,state',
    ),
    annotation(
      'Rate changed',
      'configured',
      `max by (campaign) (changes(${ofCampaigns('spillway_admission_configured_rate')}[1m])) > 0`,
      'campaign',
    ),
  ];
}

function annotation(name: string, colour: Colour, expr: string, tags: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(COLOURS[colour])
    .expr(expr)
    .step('15s')
    .titleFormat(name)
    .tagKeys(tags);
}
