import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type TicketDocument, ticketJson } from '../../src/waiting-room/ticket-document.js';

const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });

/** Members in the contract's order. */
const document: fc.Arbitrary<TicketDocument> = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
    fc.constantFrom('waiting', 'called', 'lapsed', 'claimed', 'left', 'sold-out', 'ended'),
    fc.stringMatching(/^[A-Za-z0-9_-]{0,110}$/),
    fc.tuple(orNull(whole), orNull(whole), orNull(fc.record({ min: whole, max: whole })), whole),
    orNull(fc.constantFrom('likely', 'unlikely')),
    orNull(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
    fc.option(whole, { nil: undefined }),
  )
  .map(([campaign, state, ticket, [number, position, etaSeconds, pollAfterMs], chance, expiresAt, joinNumber]) => ({
    ...{ campaign, state, ticket, number, position, etaSeconds, pollAfterMs, chance, expiresAt },
    ...(joinNumber !== undefined && { joinNumber }),
  })) as fc.Arbitrary<TicketDocument>;

describe('the text of a ticket document', () => {
  it('is that of JSON.stringify', () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(ticketJson(one)).toBe(JSON.stringify(one));
      }),
    );
  });
});
