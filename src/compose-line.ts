/** Wires what people in line see beside their ticket documents: the waiting pages, and the streams of tickets. */
import type { RouteMatcher } from './campaign/routes.js';
import type { RoutedContext } from './http/claim-route.js';
import { TicketStreams } from './http/ticket-streams.js';
import { CampaignPage } from './http/waiting-page/campaign-page.js';
import { loadTexts } from './http/waiting-page/texts.js';
import { WaitingPage } from './http/waiting-page/waiting-page.js';
import type { Clock } from './kernel/clock.js';
import type { Random } from './kernel/random.js';
import type { Metrics } from './metrics/catalogue.js';

export interface LineParts {
  readonly contexts: ReadonlyMap<string, RoutedContext>;
  readonly matcher: RouteMatcher<RoutedContext>;
  readonly basePath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

export interface ComposedLine {
  readonly pages: ReadonlyMap<string, CampaignPage>;
  readonly streams: ReadonlyMap<string, TicketStreams>;
  /** Ends what would not end by itself. */
  stop(): void;
}

/** @throws RangeError when a campaign's texts are not what they must be; the system's error when they cannot be read */
export function composeLine(parts: LineParts): ComposedLine {
  const { contexts, metrics, clock, random } = parts;
  const pages = new Map([...contexts].map(([id, context]) => [id, pageOf(context, parts)]));
  const streams = new Map(
    [...contexts].map(([id, context]) => {
      const opened = metrics.campaign(id).polled('stream');
      return [id, new TicketStreams({ context, clock, random, most: context.config.queue.streams.max, opened })];
    }),
  );
  const stop = (): void => {
    for (const one of streams.values()) one.stop();
  };
  return { pages, streams, stop };
}

function pageOf(context: RoutedContext, { matcher, basePath, random }: LineParts): CampaignPage {
  const { brand, textsFolder, language } = context.config.page;
  const serves = (path: string): 'guarded' | 'pass' | null => {
    const match = matcher.match('GET', path);
    return (match.kind === 'guarded' || match.kind === 'pass') && match.campaign === context ? match.kind : null;
  };
  const page = new WaitingPage(brand, loadTexts(textsFolder), language);
  return new CampaignPage({ context, page, basePath, serves, random });
}
