import { describe, expect, it } from '@jest/globals';
import { plainNumber, plainTicket, readTicket, writeTicket } from '../../src/simulate/simulated-tickets.js';

const PLACE = { line: 1, number: 42, returns: 2 } as const;

describe('a ticket of a simulation', () => {
  it('says what was written, to its owner only', () => {
    const ticket = writeTicket(PLACE, 1700, 'p-7');
    expect(readTicket(ticket, 'p-7')).toEqual({ ...PLACE, toldMs: 1700 });
    expect(readTicket(ticket, 'p-8')).toBeNull();
  });

  it('is worth nothing once a single character of it is altered', () => {
    const ticket = writeTicket({ line: 0, number: 1_234_567, returns: 0 }, 0, 'p-12');
    for (let at = 0; at < ticket.length; at++) {
      expect(readTicket(`${ticket.slice(0, at)}A${ticket.slice(at + 1)}`, 'p-12')).toBeNull();
    }
    for (const text of ['', ' ', 'p-12', '1', '1 0 0 0 ']) expect(readTicket(text, 'p-12')).toBeNull();
  });

  it('is a number and no more for a place in the main line that was never called', () => {
    expect(plainNumber(plainTicket(42, 'p-7'))).toBe(42);
    expect(readTicket(plainTicket(42, 'p-7'), 'p-7')).toEqual({ line: 0, number: 42, returns: 0, toldMs: 0 });
    for (const ticket of [
      writeTicket(PLACE, 0, 'p-7'),
      writeTicket({ line: 0, number: 42, returns: 1 }, 0, 'p-7'),
      writeTicket({ line: 0, number: 42, returns: 0 }, 5, 'p-7'),
    ]) {
      expect(plainNumber(ticket)).toBeNull();
    }
  });
});
