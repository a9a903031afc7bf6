/** Panels as data in, Grafana's builders out. Every panel says what it shows, in which unit, and where to look next. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { COLOURS, type Colour } from './colours.js';

export const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

export interface Query {
  readonly expr: string;
  /** Legend; `{{label}}` stands for a label's value. */
  readonly as: string;
  /** Fixed colour of this query's series. */
  readonly colour?: Colour;
}

export interface PanelFacts {
  readonly title: string;
  /** What it shows and how to read it, in a sentence or two. */
  readonly description: string;
  /** Grafana's unit id. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** A step of a threshold scale: from this value on, this colour. The first step has `null`. */
export type Step = readonly [from: number | null, colour: string];

/** What every panel builder can do, and all that the layout needs. */
export interface PlaceablePanel extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
}

interface CommonBuilder extends PlaceablePanel {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  datasource(datasource: typeof DATASOURCE): this;
  withTarget(target: DataqueryBuilder): this;
  overrideByQuery(refId: string, properties: { id: string; value: unknown }[]): this;
}

const REF_IDS = 'ABCDEFGHIJ';

function describe<B extends CommonBuilder>(
  builder: B,
  { title, description, unit, queries }: PanelFacts,
  finish: (query: DataqueryBuilder) => DataqueryBuilder = (query) => query.range(),
): B {
  builder.title(title).description(description).unit(unit).datasource(DATASOURCE);
  for (const [i, { expr, as, colour }] of queries.entries()) {
    const refId = REF_IDS[i]!;
    builder.withTarget(finish(new DataqueryBuilder().datasource(DATASOURCE).expr(expr).legendFormat(as).refId(refId)));
    if (colour === undefined) continue;
    const value = { mode: 'fixed', fixedColor: COLOURS[colour] };
    builder.overrideByQuery(refId, [{ id: 'color', value }]);
  }
  return builder;
}

const steps = (scale: readonly Step[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(scale.map(([value, color]) => ({ value, color })));

const everySeries = (): VizTooltipOptionsBuilder =>
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

/** Lines over time. */
export function lines(facts: PanelFacts): TimeSeriesBuilder {
  return describe(new TimeSeriesBuilder(), facts)
    .min(0)
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.Linear)
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(everySeries());
}

/** Lines upon each other: parts of a whole. */
export function stacked(facts: PanelFacts): TimeSeriesBuilder {
  return lines(facts).fillOpacity(60).stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** One big number, of now. */
export function stat(facts: PanelFacts, scale: readonly Step[] = [[null, COLOURS.neutral]]): StatBuilder {
  return describe(new StatBuilder(), facts, (query) => query.instant())
    .thresholds(steps(scale))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .noValue('–');
}

/** The names of the series that there are, such as the state a campaign is in. */
export const names = (facts: PanelFacts): StatBuilder => stat(facts).textMode(BigValueTextMode.Name);

/** How a distribution moves over time, from the histogram's own buckets. */
export function heatmap(facts: PanelFacts): HeatmapBuilder {
  return describe(new HeatmapBuilder(), facts, (query) => query.range().format(PromQueryFormat.Heatmap))
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().scheme('Blues').steps(64))
    .yAxis(new YAxisConfigBuilder().unit(facts.unit));
}

/** When something was wrong, and at how many gateways: green at 0, red above. */
export function timeline(facts: PanelFacts): StateTimelineBuilder {
  return describe(new StateTimelineBuilder(), facts)
    .thresholds(
      steps([
        [null, COLOURS.admitted],
        [1, COLOURS.failed],
      ]),
    )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .lineWidth(0)
    .fillOpacity(80)
    .tooltip(everySeries());
}

/** One row a series, of now. */
export function table(facts: PanelFacts): TableBuilder {
  return describe(new TableBuilder(), facts, (query) => query.instant().format(PromQueryFormat.Table));
}

export { steps };
