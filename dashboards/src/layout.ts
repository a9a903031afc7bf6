/** Puts panels on Grafana's grid of 24 columns, row by row, and numbers them: the SDK sets no ids. */
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PlaceablePanel } from './panel.js';

const COLUMNS = 24;

export interface Section {
  readonly title: string;
  /** Lines of panels under the title; the panels of a line share its width evenly, or as `widths` says. */
  readonly lines: readonly PanelLine[];
}

export interface PanelLine {
  /** In grid units of about 30 pixels. */
  readonly height: number;
  readonly panels: readonly PlaceablePanel[];
  /** In columns, one a panel; together at most 24. */
  readonly widths?: readonly number[];
}

export function place(dashboard: DashboardBuilder, sections: readonly Section[]): DashboardBuilder {
  let id = 0;
  let y = 0;
  for (const { title, lines } of sections) {
    dashboard.withRow(new RowBuilder(title).id(++id).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    y += 1;
    for (const { height, panels, widths } of lines) {
      let x = 0;
      for (const [i, panel] of panels.entries()) {
        const w = widths?.[i] ?? Math.floor(COLUMNS / panels.length);
        dashboard.withPanel(panel.id(++id).gridPos({ x, y, w, h: height }));
        x += w;
      }
      if (x > COLUMNS) throw new RangeError(`a line of '${title}' is ${x} columns wide`);
      y += height;
    }
  }
  return dashboard;
}
