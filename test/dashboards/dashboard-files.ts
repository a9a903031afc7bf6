/** The dashboards as Grafana reads them: the committed files. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

export const FOLDER = 'dashboards/grafana/dashboards';

export interface Target {
  readonly expr: string;
  readonly refId: string;
  readonly legendFormat?: string;
  readonly datasource: { readonly uid: string };
}

export const dashboards: readonly Dashboard[] = readdirSync(FOLDER).map(
  (file) => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Dashboard,
);

export const everything = (dashboard: Dashboard): (Panel | RowPanel)[] => dashboard.panels ?? [];

export function panelsOf(dashboard: Dashboard): Panel[] {
  return everything(dashboard).filter((panel): panel is Panel => panel.type !== 'row');
}

export const targetsOf = (panel: Panel): Target[] => (panel.targets ?? []) as unknown as Target[];

/** A name for a failure message. */
export const nameOf = (dashboard: Dashboard, panel: Panel): string => `${dashboard.uid}: ${panel.title}`;

export interface Expression {
  readonly where: string;
  readonly panelType: string;
  readonly expr: string;
}

/** Of every panel and every annotation. */
export function expressions(): Expression[] {
  return dashboards.flatMap((dashboard) => [
    ...panelsOf(dashboard).flatMap((panel) =>
      targetsOf(panel).map(({ expr }) => ({ where: nameOf(dashboard, panel), panelType: panel.type, expr })),
    ),
    ...(dashboard.annotations.list ?? []).map(({ name, expr }) => ({
      where: `${dashboard.uid}: annotation ${name}`,
      panelType: 'annotation',
      expr: expr ?? '',
    })),
  ]);
}
