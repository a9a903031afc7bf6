/** What a stream of a ticket says, as text of the event stream format (WHATWG HTML, section 9.2.6). */
import { type TicketDocument, ticketJson } from '../waiting-room/ticket-document.js';

/** A comment, for whoever closes connections that say nothing. The same bytes for all. */
export const HEARTBEAT = Buffer.from(':\n\n');

const EVENT_STREAM = /(?:^|,)[\t ]*text\/event-stream[\t ]*(?:;|,|$)/i;
const OVER: ReadonlySet<TicketDocument['state']> = new Set(['sold-out', 'ended', 'claimed', 'left']);

/** Whether nothing will change any more. */
export function isOver({ state }: TicketDocument): boolean {
  return OVER.has(state);
}

/** What was said, in short: any gateway can tell from it whether there is news for a reader who is back. */
export function eventId({ state, position, chance }: TicketDocument): string {
  return `${state}-${position ?? ''}${chance === 'unlikely' ? '-unlikely' : ''}`;
}

/** The event of the ticket's state; its data is the ticket document. */
export function streamEvent(id: string, document: TicketDocument): string {
  return `event: ${document.state}\nid: ${id}\ndata: ${ticketJson(document)}\n\n`;
}

/** @param afterMs - when a reader whose stream ends comes back */
export function retryHint(afterMs: number): string {
  return `retry: ${Math.round(afterMs)}\n\n`;
}

/** Whether a request asks for a stream. */
export function wantsStream(method: string, accept: string | undefined): boolean {
  return accept !== undefined && method === 'GET' && EVENT_STREAM.test(accept);
}
