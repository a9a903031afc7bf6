/**
 * A refusal as a page, for a browser that claims by GET: the same status and fields as the problem document has. What
 * a person cannot wait for stays a problem document.
 */
import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import { type Problem, sendProblem } from './problem.js';
import { type ProblemCode, problemCodes } from './problem-codes.js';
import type { RefusalWriter, RequestFacts } from './request-facts.js';
import type { CampaignPage, PageVisit } from './waiting-page/campaign-page.js';

/** What the page has words for. */
const SHOWN: ReadonlySet<ProblemCode> = new Set(['QUEUED', 'NOT_STARTED', 'SOLD_OUT', 'ENDED', 'DEVICE_NEEDED']);

export class RefusalPage implements RefusalWriter {
  constructor(
    private readonly page: CampaignPage,
    private readonly visit: PageVisit,
  ) {}

  /** @returns null where the request does not ask for a page */
  static of(page: CampaignPage | undefined, req: Request): RefusalPage | null {
    if (req.method !== 'GET' || page === undefined) return null;
    const visit = page.claimVisit(req);
    return visit === null ? null : new RefusalPage(page, visit);
  }

  /** @returns whether the problem was answered */
  send(
    res: ServerResponse,
    { code, retryAfterSeconds, ticket, headers = [] }: Problem,
    further: readonly string[],
  ): boolean {
    if (!SHOWN.has(code)) return false;
    const fields = ['Spillway-Code', code, ...headers, ...further];
    if (retryAfterSeconds !== undefined) fields.push('Retry-After', String(retryAfterSeconds));
    const visit = code === 'DEVICE_NEEDED' ? { ...this.visit, unknownDevice: true } : this.visit;
    this.page.send(res, visit, { status: problemCodes[code].status, ticket: ticket ?? null, fields });
    return true;
  }
}

/** @param further - fields beside those of the problem */
export function sendRefusal(
  res: ServerResponse,
  facts: RequestFacts,
  problem: Problem,
  further: readonly string[] = [],
): void {
  if (facts.page?.send(res, problem, further) !== true) sendProblem(res, facts.id, problem, further);
}
