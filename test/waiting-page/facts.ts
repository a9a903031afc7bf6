/** Facts for a page, all well. */
import { type WaitingPageFacts, waitingPageUrls } from '../../src/http/waiting-page/facts.js';
import type { TicketDocument } from '../../src/waiting-room/ticket-document.js';

export const TICKET: TicketDocument = {
  campaign: 'lny-2026',
  state: 'waiting',
  ticket: 'AQJrMQ',
  number: 5204,
  position: 1234,
  etaSeconds: { min: 170, max: 250 },
  pollAfterMs: 12_000,
  chance: null,
  expiresAt: null,
};

export function factsOf(ticket: Partial<TicketDocument> | null = {}, more: Partial<WaitingPageFacts> = {}) {
  const facts: WaitingPageFacts = {
    language: 'en',
    campaign: { name: 'Lunar New Year 2026', state: 'open', opensAt: null },
    ticket: ticket === null ? null : { ...TICKET, ...ticket },
    askAgainMs: 10_000,
    challenge: null,
    urls: waitingPageUrls('/queue', 'lny-2026', '/campaigns/lny-2026'),
    continuesByItself: false,
    ...more,
  };
  return facts;
}
