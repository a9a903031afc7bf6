/** The form that people's steps have over HTTP, as the public contract has it. */
import type { Outgoing } from './transport.js';

export interface RequestFormOptions {
  readonly claimPath: string;
  /** Where tickets are read, without the ticket: `/queue/lny-2026/tickets`. */
  readonly ticketsPath: string;
  readonly claimantHeader: string;
  /** Whether each claim carries an Idempotency-Key, the claimant's name; a trace's own goes before it. */
  readonly idempotencyKeys: boolean;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: readonly string[];
  readonly body: string | null;
}

export function httpRequestOf(outgoing: Outgoing, options: RequestFormOptions): HttpRequest {
  const { step, claimant, ticket } = outgoing;
  const headers = [options.claimantHeader, claimant];
  if (step === 'claim') return claimOf(outgoing, options, headers);
  const path = `${options.ticketsPath}/${ticket ?? 'me'}`;
  return { method: step === 'poll' ? 'GET' : 'DELETE', path, headers, body: null };
}

function claimOf(
  { claimant, ticket, content }: Outgoing,
  { claimPath, idempotencyKeys }: RequestFormOptions,
  headers: string[],
): HttpRequest {
  const key = content?.k ?? (idempotencyKeys ? claimant : undefined);
  headers.push('content-type', 'application/json');
  if (ticket !== null) headers.push('spillway-ticket', ticket);
  if (key !== undefined) headers.push('idempotency-key', key);
  for (const field of Object.entries(content?.h ?? {})) headers.push(...field);
  return { method: 'POST', path: claimPath, headers, body: content?.b ?? '{}' };
}
