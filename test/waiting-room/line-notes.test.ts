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

  it('keep to whoever came first where two share a row, until that one is gone', () => {
    const notes = new LineNotes();
    notes.joined(place(7), 1000, 1);
    notes.joined(place(7 + 65_536), 2000, 2);
    expect(notes.ended(place(7 + 65_536), 3000)).toBeNull();
    expect(notes.ended(place(7), 3000)).toEqual({ seconds: 2, promisedSeconds: 1 });
    notes.joined(place(7 + 65_536), 4000, 2);
    expect(notes.ended(place(7 + 65_536), 5000)).toEqual({ seconds: 1, promisedSeconds: 2 });
  });

  it('leave the second line out, whoever has the same number in the first', () => {
    const returned = { line: RETURN, number: 7, returns: 1 } as const;
    const notes = new LineNotes();
    notes.joined(returned, 1000, 1);
    expect([notes.ended(returned, 3000), notes.ended(place(7), 3000)]).toEqual([null, null]);
    notes.joined(place(7), 1000, 1);
    expect(notes.ended(returned, 3000)).toBeNull();
    expect(notes.ended(place(7), 3000)).toEqual({ seconds: 2, promisedSeconds: 1 });
  });

  it('know nobody before anybody has joined', () => {
    expect(new LineNotes().ended(place(7), 1000)).toBeNull();
  });

  it('give the row of somebody who has not come for six hours to the next, and use the first row, too', () => {
    const notes = new LineNotes();
    const [first, next] = [place(65_536), place(2 * 65_536)];
    notes.joined(first, 1000, 1);
    notes.joined(next, 1000 + 6 * 3_600_000 - 1, 2);
    notes.joined(next, 1000 + 6 * 3_600_000, 2);
    expect(notes.ended(first, 1000 + 6 * 3_600_000)).toBeNull();
    expect(notes.ended(next, 3000 + 6 * 3_600_000)).toEqual({ seconds: 2, promisedSeconds: 2 });
  });
});
