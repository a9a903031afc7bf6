import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Reply } from '../../src/client/reply.js';
import { afterClaim, afterPoll, type Step } from '../../src/client/steps.js';
import { problemCodes } from '../../src/http/problem-codes.js';
import { ticketBody } from './scripted-gateway.js';

const FACTS = { failures: 0, random: () => 0 };

function coded(code: string, status: number, retryAfterMs: number | null = null, members: object = {}): Reply {
  return { ...plain(status, retryAfterMs), code, document: { code, ...members } };
}

function plain(status: number, retryAfterMs: number | null = null): Extract<Reply, { kind: 'reply' }> {
  return { kind: 'reply', status, headers: new Headers(), body: '', code: null, document: null, retryAfterMs };
}

function said(step: Step): string {
  return step.kind === 'done' ? step.outcome.kind : step.kind;
}

describe('what a client does next', () => {
  it.each<[string, number, string, string]>([
    ['RATE_LIMITED', 429, 'again', 'again'],
    ['NOT_STARTED', 403, 'not-started', 'not-started'],
    ['ENDED', 410, 'ended', 'ended'],
    ['SOLD_OUT', 410, 'sold-out', 'sold-out'],
    ['CLAIM_IN_PROGRESS', 409, 'again', 'again'],
    ['IDEMPOTENCY_KEY_MISSING', 400, 'refused', 'refused'],
    ['IDEMPOTENCY_KEY_REUSED', 422, 'refused', 'refused'],
    ['CLAIM_OF_ANOTHER', 409, 'refused', 'refused'],
    ['TICKET_INVALID', 400, 'drop-ticket', 'drop-ticket'],
    ['TICKET_OUTDATED', 410, 'drop-ticket', 'drop-ticket'],
    ['TICKET_UNKNOWN', 404, 'drop-ticket', 'drop-ticket'],
    ['CLAIMANT_UNKNOWN', 401, 'sign-in-needed', 'sign-in-needed'],
    ['OVERLOADED', 503, 'again', 'again'],
    ['QUEUE_FULL', 503, 'again', 'again'],
    ['STORE_UNAVAILABLE', 503, 'again', 'again'],
    ['UPSTREAM_UNAVAILABLE', 503, 'again', 'again'],
    ['UPSTREAM_TIMEOUT', 504, 'again', 'again'],
    ['UPSTREAM_INVALID', 502, 'again', 'again'],
    ['NO_ROUTE', 404, 'refused', 'refused'],
    ['REQUEST_INVALID', 400, 'refused', 'refused'],
    ['REQUEST_TIMEOUT', 408, 'again', 'again'],
    ['BODY_TOO_LARGE', 413, 'refused', 'refused'],
    ['INTERNAL_ERROR', 500, 'again', 'again'],
  ])('after %s (%i): %s when claiming, %s when polling', (code, status, claiming, polling) => {
    expect(said(afterClaim(coded(code, status), FACTS))).toBe(claiming);
    expect(said(afterPoll(coded(code, status), FACTS))).toBe(polling);
  });

  it('has an answer to every code of the gateway, and takes none for a grant', () => {
    for (const [code, { status }] of Object.entries(problemCodes)) {
      const step = afterClaim(coded(code, status), FACTS);
      expect(['granted', 'rejected']).not.toContain(said(step));
    }
  });

  it.each<[number, string]>([
    [200, 'granted'],
    [201, 'granted'],
    [204, 'granted'],
    [400, 'rejected'],
    [409, 'rejected'],
    [410, 'rejected'],
    [422, 'rejected'],
    [501, 'rejected'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
  ])('after %i of the service itself: %s', (status, kind) => {
    expect(said(afterClaim(plain(status), FACTS))).toBe(kind);
  });

  it.each<[object, string]>([
    [{ state: 'waiting' }, 'wait'],
    [{ state: 'called', position: 0 }, 'come'],
    [{ state: 'lapsed', position: null }, 'come'],
    [{ state: 'claimed', position: null }, 'come'],
    [{ state: 'left', position: null }, 'left'],
    [{ state: 'sold-out', position: null }, 'sold-out'],
    [{ state: 'ended', position: null }, 'ended'],
  ])('after a poll that says %j: %s', (members, kind) => {
    const document = ticketBody(members) as Readonly<Record<string, unknown>>;
    expect(said(afterPoll({ ...plain(200), document }, FACTS))).toBe(kind);
  });

  it('polls after pollAfterMs in line, and repeats the claim after it at the door or without a ticket', () => {
    const next = (members: object) => afterClaim(coded('QUEUED', 429, 1000, ticketBody(members)), FACTS);
    expect(next({ pollAfterMs: 700 })).toMatchObject({ kind: 'wait', afterMs: 700, next: 'poll' });
    expect(next({ position: 0, state: 'called', pollAfterMs: 300 })).toMatchObject({ afterMs: 300, next: 'claim' });
    expect(next({ position: null, number: null })).toMatchObject({ next: 'poll' });
    expect(next({ ticket: '' })).toMatchObject({ next: 'claim' });
    expect(next({ pollAfterMs: 'soon' })).toMatchObject({ afterMs: 1000 });
  });

  it('counts faults as failures and a crowd as none', () => {
    expect(afterClaim(coded('OVERLOADED', 503), FACTS)).toMatchObject({ failed: false });
    expect(afterClaim(coded('STORE_UNAVAILABLE', 503), FACTS)).toMatchObject({ failed: true });
    expect(afterClaim({ kind: 'none' }, FACTS)).toMatchObject({ code: 'NETWORK', failed: true });
  });

  it('never comes back before Retry-After, nor at once, nor after more than it needs', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const hint = fc.option(fc.integer({ min: 0, max: 4_000_000 }));
    fc.assert(
      fc.property(
        hint,
        fc.nat(20),
        random,
        fc.constantFrom('OVERLOADED', 'INTERNAL_ERROR'),
        (hintMs, failures, r, code) => {
          const step = afterClaim(coded(code, 503, hintMs), { failures, random: () => r });
          if (step.kind !== 'again') throw new Error(step.kind);
          expect(step.afterMs).toBeGreaterThanOrEqual(hintMs ?? 250);
          expect(step.afterMs).toBeLessThanOrEqual(Math.max(30_000, (hintMs ?? 0) + 2000));
        },
      ),
    );
  });
});
