import { describe, expect, it } from '@jest/globals';
import { ClaimantPlaces } from '../../src/waiting-room/claimant-places.js';
import { MAIN, type Place, RETURN } from '../../src/waiting-room/place.js';

const first: Place = { line: MAIN, number: 7, returns: 0 };
const returned: Place = { line: RETURN, number: 3, returns: 1 };
const again: Place = { line: MAIN, number: 9, returns: 2 };

describe('ClaimantPlaces', () => {
  it.each([
    ['a first place', first, 0],
    ['a first place whose owner was told', first, 1234],
    ['a place in the second line', returned, 0],
    ['a place in the second line that is its first', { ...returned, returns: 0 }, 0],
    ['a later place in the main line', again, 0],
  ])('knows %s', (_what, place, toldMs) => {
    const places = new ClaimantPlaces();
    places.set('c', place, toldMs);
    expect(places.find('c')).toEqual({ place, toldMs });
    expect(places.find('another')).toBeNull();
  });

  it('knows the newest place alone, whichever came before', () => {
    const entries: [Place, number][] = [
      [first, 0],
      [returned, 5],
      [first, 0],
      [first, 9],
    ];
    const places = new ClaimantPlaces();
    for (const [place, toldMs] of entries) {
      places.set('c', place, toldMs);
      expect(places.find('c')).toEqual({ place, toldMs });
    }
    places.delete('c');
    expect(places.find('c')).toBeNull();
  });

  it.each([
    ['deleted', (places: ClaimantPlaces) => ['a', 'b'].forEach((claimant) => void places.delete(claimant))],
    ['cleared', (places: ClaimantPlaces) => places.clear()],
  ])('forgets places of both kinds that are %s', (_how, forget) => {
    const places = new ClaimantPlaces();
    places.set('a', first, 0);
    places.set('b', returned, 5);
    forget(places);
    expect([places.find('a'), places.find('b')]).toEqual([null, null]);
  });

  it('forgets the place of nobody else', () => {
    const places = new ClaimantPlaces();
    places.set('a', first, 0);
    places.set('b', returned, 5);
    places.delete('a');
    expect(places.find('b')).toEqual({ place: returned, toldMs: 5 });
  });
});
