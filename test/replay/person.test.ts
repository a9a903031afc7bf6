import { describe, expect, it } from '@jest/globals';
import { MANNERS, type ModelName } from '../../src/replay/client-models.js';
import { Person } from '../../src/replay/person.js';
import { parseRetryAfter, readLineDocument } from '../../src/replay/reply.js';
import { reply } from './replies.js';

const queued = (position: number | null, ticket = 't1') =>
  reply(429, { code: 'QUEUED', state: 'waiting', ticket, position, pollAfterMs: 700 }, 1000);

/** A person for whom chance always falls in the middle: back-offs are 625 ms, doubled in a row. */
const person = (model: ModelName = 'obedient') => new Person(MANNERS[model], () => 0.5);
const refused = (code: string) => ({ kind: 'stop', end: { kind: 'refused', code } });

describe('a person who claims', () => {
  it.each([200, 201, 204])('is granted by a %i', (status) => {
    expect(person().afterClaim(reply(status))).toEqual({ kind: 'stop', end: { kind: 'granted' } });
  });

  it('keeps the ticket of QUEUED and polls after pollAfterMs, not Retry-After', () => {
    const ann = person();
    expect(ann.afterClaim(queued(12))).toEqual({ kind: 'poll', afterMs: 700 });
    expect(ann.ticket).toBe('t1');
  });

  it('polls a place without a position: its lottery is not drawn yet', () => {
    expect(person().afterClaim(queued(null))).toEqual({ kind: 'poll', afterMs: 700 });
  });

  it('repeats the claim after pollAfterMs when it stands at position 0', () => {
    expect(person().afterClaim(queued(0))).toEqual({ kind: 'claim', afterMs: 700 });
  });

  it.each([
    [429, 'RATE_LIMITED'],
    [403, 'NOT_STARTED'],
    [409, 'CLAIM_IN_PROGRESS'],
    [503, 'OVERLOADED'],
    [503, 'QUEUE_FULL'],
    [503, 'STORE_UNAVAILABLE'],
    [504, 'UPSTREAM_TIMEOUT'],
    [502, 'UPSTREAM_INVALID'],
  ])('comes back after Retry-After on %i %s', (status, code) => {
    expect(person().afterClaim(reply(status, { code }, 3000))).toEqual({ kind: 'claim', afterMs: 3000 });
  });

  it.each([
    [410, 'SOLD_OUT'],
    [410, 'ENDED'],
    [400, 'IDEMPOTENCY_KEY_MISSING'],
    [422, 'IDEMPOTENCY_KEY_REUSED'],
    [409, 'CLAIM_OF_ANOTHER'],
    [401, 'CLAIMANT_UNKNOWN'],
    [404, 'NO_ROUTE'],
  ])('stops on %i %s', (status, code) => {
    expect(person().afterClaim(reply(status, { code }))).toEqual(refused(code));
  });

  it.each([
    [400, 'TICKET_INVALID'],
    [410, 'TICKET_OUTDATED'],
  ])('drops its ticket on %i %s and claims again, but not for ever', (status, code) => {
    const ann = person();
    ann.afterClaim(queued(12));
    expect(ann.afterClaim(reply(status, { code }))).toEqual({ kind: 'claim', afterMs: 625 });
    expect(ann.ticket).toBeNull();
    const moves = Array.from({ length: 5 }, () => ann.afterClaim(reply(status, { code })));
    expect(moves.at(-1)).toEqual(refused(code));
  });

  it('backs off twice as long each time in a row without a hint, up to eight times', () => {
    const ann = person();
    const none = { kind: 'none', error: 'ECONNRESET' } as const;
    const moves = [none, reply(503), reply(429), reply(500), none].map((one) => ann.afterClaim(one));
    expect(moves.map((move) => move.kind === 'claim' && move.afterMs)).toEqual([625, 1250, 2500, 5000, 5000]);
    ann.afterClaim(queued(0));
    expect(ann.afterClaim(none)).toEqual({ kind: 'claim', afterMs: 625 });
  });

  it('stops on the 410 of a service without codes', () => {
    expect(person().afterClaim(reply(410))).toEqual(refused('HTTP_410'));
  });
});

describe('a person who waits', () => {
  const standing = (state: string, ticket = 't2') => reply(200, { state, ticket, position: 5, pollAfterMs: 900 });

  it('keeps the newest ticket and polls again while waiting', () => {
    const ann = person();
    ann.afterClaim(queued(12));
    expect(ann.afterPoll(standing('waiting'))).toEqual({ kind: 'poll', afterMs: 900 });
    expect(ann.ticket).toBe('t2');
  });

  it.each(['called', 'lapsed', 'claimed', 'left'])('claims at once when its place is %s', (state) => {
    expect(person().afterPoll(standing(state))).toEqual({ kind: 'claim', afterMs: 0 });
  });

  it.each([
    ['sold-out', 'SOLD_OUT'],
    ['ended', 'ENDED'],
  ])('stops when told %s', (state, code) => {
    expect(person().afterPoll(standing(state))).toEqual(refused(code));
  });

  it('stays away when called, if that is its nature', () => {
    const end = { kind: 'stop', end: { kind: 'no-show' } };
    expect(person('absent').afterPoll(standing('called'))).toEqual(end);
    expect(person('absent').afterClaim(queued(0))).toEqual(end);
    expect(person('absent').afterPoll(standing('waiting'))).toEqual({ kind: 'poll', afterMs: 900 });
  });

  it('keeps its place through trouble on the way', () => {
    const ann = person();
    ann.afterClaim(queued(12));
    expect(ann.afterPoll(reply(503, { code: 'OVERLOADED' }, 2000))).toEqual({ kind: 'poll', afterMs: 2000 });
    expect(ann.afterPoll({ kind: 'none', error: 'ECONNRESET' })).toEqual({ kind: 'poll', afterMs: 625 });
    expect(ann.ticket).toBe('t1');
  });

  it('claims again without a ticket when the line does not know it', () => {
    const ann = person();
    ann.afterClaim(queued(12));
    expect(ann.afterPoll(reply(410, { code: 'TICKET_OUTDATED' }))).toEqual({ kind: 'claim', afterMs: 625 });
    expect(ann.ticket).toBeNull();
  });
});

describe('what a person reads', () => {
  it('is nothing in a body that is no JSON object', () => {
    for (const body of ['', '<html>', '{', '[1]', '"QUEUED"', '{"code":7}']) {
      expect(readLineDocument(body)).toMatchObject({ code: null, ticket: null, position: null });
    }
  });

  it('is Retry-After as seconds or as a date, never a time past', () => {
    const nowMs = Date.parse('Tue, 17 Feb 2026 00:00:00 GMT');
    expect(parseRetryAfter('3', nowMs)).toBe(3000);
    expect(parseRetryAfter('Tue, 17 Feb 2026 00:00:05 GMT', nowMs)).toBe(5000);
    expect(parseRetryAfter('Mon, 16 Feb 2026 00:00:00 GMT', nowMs)).toBe(0);
    expect(parseRetryAfter('soon', nowMs)).toBeNull();
  });
});
