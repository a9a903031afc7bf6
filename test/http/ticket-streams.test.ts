import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import type { CampaignContext } from '../../src/http/campaign-context.js';
import { TicketStreams } from '../../src/http/ticket-streams.js';
import { turnOf } from '../../src/waiting-room/lottery.js';
import type { Place } from '../../src/waiting-room/place.js';
import { PlaceEndings } from '../../src/waiting-room/place-endings.js';
import type { LineView } from '../../src/waiting-room/standing.js';
import { Tickets } from '../../src/waiting-room/tickets.js';
import { FakeClock } from '../support/fake-clock.js';

/** A response that keeps what it is told. */
class Listener {
  readonly req = { facts: { streamedUs: 0 } };
  status = 0;
  text = '';
  writableEnded = false;
  writableLength = 0;
  destroyed = false;
  #closed = (): void => undefined;

  writeHead(status: number): this {
    this.status = status;
    return this;
  }

  write(chunk: string | Buffer): void {
    this.text += String(chunk);
  }

  end(chunk = ''): void {
    this.text += chunk;
    this.writableEnded = true;
    this.#closed();
  }

  destroy(): void {
    this.destroyed = true;
    this.#closed();
  }

  on(_event: 'close', closed: () => void): void {
    this.#closed = closed;
  }

  get events(): string[] {
    return [...this.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id!);
  }

  get heartbeats(): number {
    return this.text.split('\n\n').filter((block) => block === ':').length;
  }
}

const KEYS = [{ id: 'k1', secret: new TextEncoder().encode('a secret of thirty-two characters') }];
const tickets = new Tickets('lny', KEYS);

describe('streams of tickets', () => {
  let clock: FakeClock;
  let view: LineView;
  let streams: TicketStreams;
  let touched: number;

  beforeEach(() => {
    clock = new FakeClock();
    touched = 0;
    view = {
      epoch: 1,
      heads: [0, 0],
      tails: [5000, 0],
      lapsed: [0, 0],
      gaps: [],
      lottery: null,
      lineMs: 1000,
      atDoor: 0,
      callsPerSecond: 10,
      gateways: 1,
    };
    streams = streamsOf(100);
  });

  function streamsOf(most: number): TicketStreams {
    const context = {
      config: { id: 'lny', budget: { claims: null }, queue: { graceMs: 45_000, poll: POLL } },
      link: {
        get view() {
          return { ...view, claims: NO_CLAIMS };
        },
        touch: () => touched++,
      },
      tickets,
      endings: new PlaceEndings(10),
      epoch: () => view.epoch,
      state: () => 'open',
      nowMs: () => clock.wallMs(),
      ratePerSecond: () => 10,
      opensInMs: () => 0,
      recentPace: { orBetter: (pace: number) => pace },
    } as unknown as CampaignContext;
    return new TicketStreams({ context, clock, random: () => 0.5, most, opened: { inc: () => undefined, value: 0 } });
  }

  function listen(number: number, line: Place['line'] = 0): Listener {
    const place = { line, number, returns: 0 };
    const text = tickets.issue(1, place, 0, `person-${number}`, clock.wallMs());
    const listener = new Listener();
    streams.begin(
      listener as unknown as Response,
      { kind: 'ticket', text, ticket: tickets.verify(text)! },
      undefined,
      [],
    );
    return listener;
  }

  const call = (head: number): void => {
    view = { ...view, heads: [head, view.heads[1]] };
  };

  it('tells no reader two positions within a second, from the first on', async () => {
    const readers = Array.from({ length: 40 }, (_, i) => listen(1000 + i));
    const since = readers.map(() => clock.wallMs());
    const said = readers.map(() => 1);
    const waits: number[] = [];
    for (let ms = 0; ms < 5000; ms += 10) {
      await clock.advance(10);
      call(ms / 10);
      for (const [i, reader] of readers.entries()) {
        if (reader.events.length === said[i]) continue;
        waits.push(clock.wallMs() - since[i]!);
        since[i] = clock.wallMs();
        said[i] = reader.events.length;
      }
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000);
    // The first news may be a round later; after that it is each second.
    for (const count of said) expect(count).toBeGreaterThanOrEqual(4);
  });

  it('tells whoever is called within 50 ms, wherever in the round they stand', async () => {
    const readers = Array.from({ length: 20 }, (_, i) => listen(i + 1));
    await clock.advance(2000);
    call(15);
    await clock.advance(50);
    const called = readers.map((reader) => reader.events.at(-1) === 'called-0');
    expect(called).toEqual(readers.map((_, i) => i < 15));
    call(4000);
    await clock.advance(50);
    expect(readers.every((reader) => reader.events.at(-1) === 'called-0')).toBe(true);
  });

  it('tells whoever is called first when lots are drawn, though they listened before', async () => {
    const key = 'ab'.repeat(20);
    view = { ...view, lottery: { key, from: 0, to: 0 } };
    const readers = Array.from({ length: 40 }, (_, i) => listen(i + 1));
    await clock.advance(1000);
    expect(readers.every((reader) => reader.text.includes('"position":null'))).toBe(true);
    view = { ...view, tails: [40, 0], lottery: { key, from: 1, to: 40 } };
    await clock.advance(2000);
    call(5);
    await clock.advance(50);
    const called = readers.map((reader) => reader.text.includes('event: called'));
    const turns = readers.map((_, i) => turnOf({ line: 0, number: i + 1, returns: 0 }, view.lottery)!);
    expect(called).toEqual(turns.map((turn) => turn <= 5));
  });

  it('tells whoever is back in the second line of their call, too', async () => {
    view = { ...view, tails: [5000, 3] };
    const back = listen(2, 1);
    expect(back.events).toEqual(['waiting-2']);
    await clock.advance(1500);
    view = { ...view, heads: [0, 2] };
    await clock.advance(50);
    expect(back.events).toEqual(['waiting-2', 'called-0']);
  });

  it('says something each 15 seconds, where there is no news', async () => {
    const reader = listen(7);
    await clock.advance(46_500);
    expect([reader.events.length, reader.heartbeats]).toEqual([1, 3]);
  });

  it('drops a reader who does not read', async () => {
    const [slow, other] = [listen(100), listen(101)];
    slow.writableLength = 20_000;
    await clock.advance(2100);
    expect([slow.destroyed, other.destroyed, streams.open]).toEqual([true, false, 1]);
  });

  it('ends those whose line was started anew', async () => {
    const reader = listen(7);
    view = { ...view, epoch: 2 };
    await clock.advance(2000);
    expect([reader.writableEnded, reader.events, streams.open]).toEqual([true, ['waiting-7'], 0]);
  });

  it('have one timer together, and none when nobody listens', async () => {
    const readers = [listen(1), listen(2), listen(3)];
    await clock.advance(1000);
    expect(touched).toBe(20);
    for (const reader of readers) reader.destroy();
    await clock.advance(5000);
    expect(touched).toBe(20);
    listen(4);
    await clock.advance(1000);
    expect(touched).toBe(40);
  });
});

const POLL = { nearMs: 250, maxMs: 30_000, budgetPerSecond: 5000 };
const NO_CLAIMS = { granted: 0, attempts: 0, signs: 0, soldOut: 0, losses: 0, confirmed: 0 };
