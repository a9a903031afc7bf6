/** The waiting page of one campaign: who gets it, what it is told, and how it is sent. */
import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import { jittered, type Random } from '../../kernel/random.js';
import { AnswerHead, sendWhole } from '../../proxy/whole-answer.js';
import type { TicketDocument } from '../../waiting-room/ticket-document.js';
import type { CampaignContext } from '../campaign-context.js';
import type { WaitingPageFacts } from './facts.js';
import { waitingPageUrls } from './facts.js';
import { negotiatePage } from './negotiate.js';
import { returnPath } from './return-path.js';
import type { WaitingPage } from './waiting-page.js';

/** One browser's request for a page. */
export interface PageVisit {
  readonly language: string;
  /** Where a called person goes on. */
  readonly next: string | null;
  readonly continuesByItself: boolean;
  /** Set where the device has no cookie yet. */
  readonly unknownDevice?: boolean;
}

export interface PageAnswer {
  readonly status: number;
  /** Null for who is not in line. */
  readonly ticket: TicketDocument | null;
  readonly fields: readonly string[];
}

export interface CampaignPageOptions {
  readonly context: CampaignContext;
  readonly page: WaitingPage;
  /** `server.basePath`. */
  readonly basePath: string;
  /** What the campaign serves by GET at a path; null: nothing. */
  readonly serves: (path: string) => 'guarded' | 'pass' | null;
  readonly random: Random;
}

const JITTER_SHARE = 0.2;
/** A field without it asks for no page; most requests end here. */
const MAYBE_HTML = /text\//i;

export class CampaignPage {
  constructor(private readonly options: CampaignPageOptions) {}

  /** @returns null for who does not want a page */
  lineVisit(req: Request): PageVisit | null {
    return this.#visit(req, new URLSearchParams(req.facts.query).get('return'));
  }

  /** A guarded route that is asked by GET is where its page goes on: the claim itself. */
  claimVisit(req: Request): PageVisit | null {
    return this.#visit(req, req.url);
  }

  /** The line's page, by which a form goes back. */
  backTo(req: Request): string {
    const { basePath, context } = this.options;
    const next = this.#next(new URLSearchParams(req.facts.query).get('return'));
    const query = next === null ? '' : `?return=${encodeURIComponent(next)}`;
    return `${basePath}/${encodeURIComponent(context.config.id)}${query}`;
  }

  send(res: ServerResponse, visit: PageVisit, { status, ticket, fields }: PageAnswer): void {
    const { html, headers } = this.options.page.render(this.#facts(visit, ticket));
    sendWhole(res, new AnswerHead(status, headers), fields, html);
  }

  #visit(req: Request, wanted: string | null): PageVisit | null {
    const { accept } = req.headers;
    if (accept === undefined || !MAYBE_HTML.test(accept)) return null;
    const { html, language } = negotiatePage(req.headers, this.options.page.languages);
    if (!html) return null;
    const next = this.#next(wanted);
    const path = next?.split('?', 1)[0];
    return { language, next, continuesByItself: path !== undefined && this.options.serves(path) === 'guarded' };
  }

  #next(wanted: string | null): string | null {
    const { serves, context } = this.options;
    return returnPath(wanted, (path) => serves(path) !== null, context.config.page.returnTo);
  }

  #facts(
    { language, next, continuesByItself, unknownDevice }: PageVisit,
    ticket: TicketDocument | null,
  ): WaitingPageFacts {
    const { context, basePath, random } = this.options;
    const { id, page, schedule, queue } = context.config;
    return {
      language,
      campaign: { name: page.title === '' ? id : page.title, state: context.state(), opensAt: schedule.opensAt },
      ticket,
      askAgainMs: Math.floor(jittered(queue.poll.maxMs, JITTER_SHARE, random)),
      urls: waitingPageUrls(basePath, id, next),
      challenge: unknownDevice === true && context.devices?.work ? context.devices.path : null,
      continuesByItself,
    };
  }
}
