import { describe, expect, it } from '@jest/globals';
import { LineNotes } from '../../src/waiting-room/line-notes.js';
import { MAIN, RETURN } from '../../src/waiting-room/place.js';

const place = (number: number) => ({ line: MAIN, number, returns: 0 });

describe('The notes of a line', () => {
  it('tell how long somebody waited, and what was promised first', () => {
    const notes = new LineNotes();
    notes.joined(place(7), 1000, 10);
    notes.joined(place(8), 1000, null);
    expect(notes.ended(place(7), 13_000)).toEqual({ seconds: 12, promisedSeconds: 10 });
    expect(notes.ended(place(8), 1500)).toEqual({ seconds: 0.5, promisedSeconds: null });
    expect(notes.ended(place(7), 13_000)).toBeNull();
    expect(notes.ended(place(9), 13_000)).toBeNull();
  });

  it('tell who asks before the time that was told, and not who comes at it', () => {
    const notes = new LineNotes();
    notes.joined(place(7), 1000, null);
    expect(notes.asked(place(7), 1000, 500)).toBe(false);
    expect(notes.asked(place(7), 1400, 500)).toBe(true);
    expect(notes.asked(place(7), 1900, 500)).toBe(false);
    expect(notes.asked(place(9), 1900, 500)).toBe(false);
  });

  it('keep to whoever came first where two share a row, until that one is gone', () => {
    const notes = new LineNotes();
    notes.joined(place(7), 1000, 1);
    notes.joined(place(7 + 65_536), 2000, 2);
    expect(notes.ended(place(7 + 65_536), 3000)).toBeNull();
    expect(notes.ended(place(7), 3000)).toEqual({ seconds: 2, promisedSeconds: 1 });
    notes.joined(place(7 + 65_536), 4000, 2);
    expect(notes.ended(place(7 + 65_536), 5000)).toEqual({ seconds: 1, promisedSeconds: 2 });
  });

  it('leave the second line out', () => {
    const notes = new LineNotes();
    notes.joined({ line: RETURN, number: 7, returns: 1 }, 1000, 1);
    expect(notes.ended({ line: RETURN, number: 7, returns: 1 }, 3000)).toBeNull();
  });
});
