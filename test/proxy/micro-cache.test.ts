import { describe, expect, it } from '@jest/globals';
import type { Collected } from '../../src/proxy/collect.js';
import { type Fetch, type Heard, MicroCache, type MicroCacheSettings } from '../../src/proxy/micro-cache.js';

const SETTINGS: MicroCacheSettings = { ttlMs: 1000, staleMs: 5000, maxBodyBytes: 1000, entries: 10 };

function answer(body: string, headers: string[] = [], status = 200): Collected {
  return { kind: 'answered', status, reason: 'OK', headers, body: Buffer.from(body) };
}
const fault = (): Collected => ({ kind: 'fault', fault: { kind: 'timeout', outcome: 'unknown' } as never });

class Crowd {
  nowUs = 1;
  /** Answers that the service still owes. */
  readonly owed: Array<(result: Collected) => void> = [];
  readonly cache: MicroCache;

  constructor(settings: Partial<MicroCacheSettings> = {}) {
    this.cache = new MicroCache({ ...SETTINGS, ...settings }, { monotonicUs: () => this.nowUs });
  }

  later(ms: number): void {
    this.nowUs += ms * 1000;
  }

  /** @returns what one request heard, once it has */
  ask(url = '/info', headers: Record<string, string> = {}, fetches = true): { heard: string } {
    const fetch: Fetch = (fetched) => this.owed.push(fetched);
    const one = { heard: 'nothing' };
    this.cache.ask({ url, headers }, fetches ? fetch : null, (heard) => {
      one.heard = told(heard);
    });
    return one;
  }

  /** One request whose fetch is answered at once. */
  askAndAnswer(result: Collected, headers: Record<string, string> = {}): { heard: string } {
    const one = this.ask('/info', headers);
    this.owed.shift()?.(result);
    return one;
  }
}

function told(heard: Heard): string {
  if (heard.kind === 'answer') return `${heard.how} ${heard.answer.body}`;
  if (heard.kind === 'direct') return 'direct';
  return heard.result.kind === 'answered' ? `own ${heard.result.body}` : heard.result.kind;
}

describe('MicroCache', () => {
  it('lets a crowd wait for one answer, and serves it until it is stale', () => {
    const crowd = new Crowd();
    const all = Array.from({ length: 100 }, () => crowd.ask());
    expect(crowd.owed).toHaveLength(1);
    crowd.owed.shift()!(answer('one'));
    expect(all.map(({ heard }) => heard)).toEqual(['miss one', ...Array(99).fill('collapsed one')]);
    crowd.later(999);
    expect(crowd.ask().heard).toBe('hit one');
    expect(crowd.owed).toHaveLength(0);
  });

  it('serves what is stale while one request fetches anew, and not for longer than told', () => {
    const crowd = new Crowd();
    crowd.askAndAnswer(answer('one'));
    crowd.later(1001);
    expect([crowd.ask().heard, crowd.ask().heard]).toEqual(['stale one', 'stale one']);
    expect(crowd.owed).toHaveLength(1);
    crowd.owed.shift()!(answer('two'));
    expect(crowd.ask().heard).toBe('hit two');
    crowd.later(6001);
    expect(crowd.ask().heard).toBe('nothing');
  });

  it.each([
    ['fails', fault()],
    ['is busy', answer('no', [], 503)],
  ])('a service that %s is asked once in a ttl, and what is stale goes on', (_how, failure) => {
    const crowd = new Crowd();
    crowd.askAndAnswer(answer('one'));
    crowd.later(1001);
    crowd.ask();
    crowd.owed.shift()!(failure);
    crowd.later(500);
    expect(crowd.ask().heard).toBe('stale one');
    expect(crowd.owed).toHaveLength(0);
    crowd.later(501);
    crowd.ask();
    expect(crowd.owed).toHaveLength(1);
  });

  it('a fault of the first fetch is everybody’s, and the next asks again', () => {
    const crowd = new Crowd();
    const all = [crowd.ask(), crowd.ask()];
    crowd.owed.shift()!(fault());
    expect(all.map(({ heard }) => heard)).toEqual(['fault', 'fault']);
    crowd.ask();
    expect(crowd.owed).toHaveLength(1);
  });

  it.each([
    ['Set-Cookie', 'a=b'],
    ['Cache-Control', 'private'],
    ['Cache-Control', 'no-store'],
    ['Cache-Control', 'max-age=0'],
    ['Vary', '*'],
    ['Vary', 'Cookie'],
  ])('keeps nothing with %s: %s; everybody asks for their own', (name, value) => {
    const crowd = new Crowd();
    const all = [crowd.ask(), crowd.ask()];
    crowd.owed.shift()!(answer('mine', [name, value]));
    expect(all.map(({ heard }) => heard)).toEqual(['own mine', 'direct']);
    expect(crowd.ask().heard).toBe('direct');
    crowd.later(10_001);
    expect(crowd.ask().heard).toBe('nothing');
  });

  it('tells apart what an answer varies by', () => {
    const crowd = new Crowd();
    const german = { 'accept-language': 'de' };
    const all = [crowd.ask(), crowd.ask('/info', german)];
    crowd.owed.shift()!(answer('hello', ['Vary', 'Accept-Language']));
    expect(all.map(({ heard }) => heard)).toEqual(['miss hello', 'direct']);
    expect(crowd.askAndAnswer(answer('hallo', ['Vary', 'Accept-Language']), german).heard).toBe('miss hallo');
    expect([crowd.ask().heard, crowd.ask('/info', german).heard]).toEqual(['hit hello', 'hit hallo']);
  });

  it('a shorter life that an answer gives itself holds, and one that must be checked is never served stale', () => {
    const crowd = new Crowd({ ttlMs: 60_000 });
    crowd.askAndAnswer(answer('one', ['Cache-Control', 'max-age=2, must-revalidate']));
    // How old an answer is when it comes goes by the wall clock, to the millisecond.
    crowd.later(1900);
    expect(crowd.ask().heard).toBe('hit one');
    crowd.later(101);
    expect(crowd.ask().heard).toBe('nothing');
  });

  it('an answer that is too large goes on to whom it was made for, and that of a refresh to nobody', () => {
    const crowd = new Crowd();
    let into = 0;
    const large = (): Collected => ({
      kind: 'too-large',
      ...{ status: 200, reason: 'OK', headers: [], rest: { into: () => void into++ } },
    });
    expect(crowd.askAndAnswer(large()).heard).toBe('too-large');
    expect(into).toBe(0);
    crowd.later(10_001);
    crowd.askAndAnswer(answer('one'));
    crowd.later(1001);
    crowd.ask();
    crowd.owed.shift()!(large());
    expect(into).toBe(1);
    expect(crowd.ask().heard).toBe('direct');
  });

  it('a request that fetches nothing is served what there is, or goes by itself', () => {
    const crowd = new Crowd();
    expect(crowd.ask('/info', {}, false).heard).toBe('direct');
    crowd.askAndAnswer(answer('one'));
    expect(crowd.ask('/info', {}, false).heard).toBe('hit one');
  });
});
