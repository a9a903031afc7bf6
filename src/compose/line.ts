/** Wires what people in line see beside their ticket documents: the waiting pages, and the streams of tickets. */
import type { RouteMatcher } from '../campaign/routes.js';
import { TicketStreams } from '../http/ticket-streams.js';
import type { RoutedContext } from '../http/visit.js';
import { CampaignPage } from '../http/waiting-page/campaign-page.js';
import { loadTexts } from '../http/waiting-page/texts.js';
import { WaitingPage } from '../http/waiting-page/waiting-page.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Metrics } from '../metrics/catalogue.js';

export interface PageParts {
  readonly contexts: ReadonlyMap<string, RoutedContext>;
  readonly matcher: RouteMatcher<RoutedContext>;
  readonly basePath: string;
  readonly random: Random;
}

/** @throws RangeError when a campaign's texts are not what they must be; the system's error when they cannot be read */
export function composePages(parts: PageParts): ReadonlyMap<string, CampaignPage> {
  return new Map([...parts.contexts].map(([id, context]) => [id, pageOf(context, parts)]));
}

export interface StreamParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

/** @param campaign - streams go by whichever configuration is in force */
export function composeStreams(
  campaign: { readonly context: RoutedContext },
  { clock, random, metrics }: StreamParts,
): TicketStreams {
  const opened = metrics.campaign(campaign.context.config.id).polled('stream');
  return new TicketStreams({
    get context() {
      return campaign.context;
    },
    clock,
    random,
    get most() {
      return campaign.context.config.queue.streams.max;
    },
    opened,
  });
}

function pageOf(context: RoutedContext, { matcher, basePath, random }: PageParts): CampaignPage {
  const { brand, textsFolder, language } = context.config.page;
  const serves = (path: string): 'guarded' | 'pass' | null => {
    const match = matcher.match('GET', path);
    return (match.kind === 'guarded' || match.kind === 'pass') && match.campaign === context ? match.kind : null;
  };
  const page = new WaitingPage(brand, loadTexts(textsFolder), language);
  return new CampaignPage({ context, page, basePath, serves, random });
}
