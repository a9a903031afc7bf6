import { afterEach, describe, expect, it } from '@jest/globals';
import { type ClientOptions, createClient, type Progress } from '../../src/client/client.js';
import { EventText } from '../../src/client/event-reader.js';
import { FakeClock } from '../support/fake-clock.js';
import { type RealGateway, startRealGateway } from './real-gateway.js';
import {
  clientClockOf,
  granted,
  MapStorage,
  problem,
  queued,
  ScriptedGateway,
  ticket,
  ticketBody,
} from './scripted-gateway.js';

const CLAIM = { path: '/campaigns/lny/claims' };

/** A stream that says `chunks`, and then ends; with `stays`, says nothing more. */
function stream(chunks: readonly string[], stays = false): () => Response {
  return () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        if (!stays) controller.close();
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
}

const event = (id: string, members: object): string =>
  `event: x\nid: ${id}\ndata: ${JSON.stringify(ticketBody(members))}\n\n`;
const WAITING = event('waiting-4', {});
const CALLED = event('called-0', { state: 'called', position: 0, ticket: 't2' });

describe('a client that follows a stream', () => {
  function scripted(...answers: Parameters<ScriptedGateway['answer']>) {
    const clock = new FakeClock();
    const gateway = new ScriptedGateway(clock).answer(...answers);
    const progress: Progress[] = [];
    const client = createClient({
      baseUrl: 'http://gateway',
      campaign: 'lny',
      stream: true,
      fetch: gateway.fetch,
      clock: clientClockOf(clock),
      random: () => 0,
      storage: new MapStorage(),
    });
    let over = false;
    const outcome = client.claim({ ...CLAIM, onProgress: (one) => progress.push(one) }).finally(() => {
      over = true;
    });
    /** Moves time on until the claim is answered; streams are read on Node's own time. */
    const run = async () => {
      for (let turn = 0; turn < 1000 && !over; turn++) {
        for (let step = 0; step < 20; step++) await new Promise(setImmediate);
        if (!over) await clock.advance(250);
      }
      return outcome;
    };
    const asked = () =>
      gateway.asked.map(({ method, path, atMs }) => `${method} ${path} ${Math.round(atMs - gateway.asked[0]!.atMs)}`);
    return { gateway, progress, run, asked };
  }

  it('comes when it is called, with the newest ticket, and never polls', async () => {
    const { gateway, progress, run } = scripted(
      queued(),
      stream([WAITING, CALLED.slice(0, 40), CALLED.slice(40)]),
      granted,
    );
    expect((await run()).kind).toBe('granted');
    expect(gateway.asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST']);
    expect(gateway.asked[1]!.headers).toMatchObject({ accept: 'text/event-stream', 'spillway-ticket': 't1' });
    expect(gateway.asked[2]!.headers).toMatchObject({ 'spillway-ticket': 't2' });
    expect(progress.map(({ kind }) => kind)).toEqual(['claiming', 'waiting', 'waiting', 'called', 'claiming']);
  });

  it('comes back after the time told, and says what it has heard', async () => {
    const lost = stream(['retry: 4000\n\n', WAITING]);
    const { gateway, run, asked } = scripted(queued(), lost, stream(['retry: 4000\n\n', CALLED]), granted);
    expect((await run()).kind).toBe('granted');
    const [, first, second] = gateway.asked;
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(4000);
    expect(second!.headers['last-event-id']).toBe('waiting-4');
    expect(first!.headers['last-event-id']).toBeUndefined();
    expect(asked()).toHaveLength(4);
  });

  it.each([
    ['is refused', problem('OVERLOADED', 503, {}, 30)],
    ['is no stream', ticket()],
  ])('polls as told where a stream %s', async (_name, refused) => {
    const { run, asked } = scripted(queued({ pollAfterMs: 5000 }), refused, ticket({ state: 'called' }), granted);
    expect((await run()).kind).toBe('granted');
    const [claimed, streamed, polled] = asked();
    expect([claimed, streamed]).toEqual(['POST /campaigns/lny/claims 0', 'GET /queue/lny/tickets/me 0']);
    expect(Number(polled!.split(' ')[2])).toBeGreaterThanOrEqual(5000);
  });

  it('polls for a minute where streams are lost three times without a word, and listens again', async () => {
    const silent = stream(['retry: 1000\n\n']);
    const poll = ticket({ pollAfterMs: 25_000 });
    const { run, gateway } = scripted(
      queued(),
      silent,
      silent,
      silent,
      poll,
      poll,
      poll,
      poll,
      stream([CALLED]),
      granted,
    );
    expect((await run()).kind).toBe('granted');
    const accepts = gateway.asked.map(({ headers }) => headers.accept === 'text/event-stream');
    expect(accepts).toEqual([false, true, true, true, false, false, false, false, true, false]);
  });

  it('takes a stream that says nothing for long as lost', async () => {
    const { run, gateway } = scripted(queued(), stream([WAITING], true), stream([CALLED]), granted);
    expect((await run()).kind).toBe('granted');
    const [, first, second] = gateway.asked;
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(40_000);
  });
});

describe('against a running gateway', () => {
  let real: RealGateway;
  afterEach(() => real.stop());

  const client = (user: string, more: Partial<ClientOptions> = {}) =>
    createClient({
      baseUrl: real.url,
      campaign: 'lny',
      headers: { 'x-user-id': user },
      storage: new MapStorage(),
      stream: true,
      ...more,
    });

  it('a crowd goes through the line by one stream each, without a poll', async () => {
    real = await startRealGateway({ ratePerSecond: 8, burst: 1 });
    const accepts: string[] = [];
    const watching: NonNullable<ClientOptions['fetch']> = (url, init) => {
      if (init.method === 'GET') accepts.push(init.headers.accept ?? 'a poll');
      return fetch(url, init);
    };
    const people = Array.from({ length: 20 }, (_, i) => client(`user-${i}`, { fetch: watching }));
    const outcomes = await Promise.all(people.map((one) => one.claim(CLAIM)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(people.map(() => 'granted'));
    expect(new Set(accepts)).toEqual(new Set(['text/event-stream']));
    expect(accepts.length).toBeLessThanOrEqual(20);
    expect(real.service.stats().received).toBe(20);
  });

  it('a place that is given up ends the claim and its stream', async () => {
    real = await startRealGateway({ ratePerSecond: 1, burst: 1 });
    const ann = client('ann');
    let claim: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      claim = ann.claim({ ...CLAIM, onProgress: (one) => one.kind === 'waiting' && resolve() });
    });
    expect(await ann.leave()).toEqual({ kind: 'left' });
    expect(await claim).toEqual({ kind: 'left' });
  });
});

describe('the text of a stream', () => {
  it('is the same in whatever pieces and with whatever ends of lines it comes', () => {
    const text = 'retry: 2500\n\n:\n\nevent: a\nid: 1\ndata: {"x":\ndata: 1}\n\nid: 2\ndata:y\n\n';
    const expected = [
      { id: '1', data: '{"x":\n1}' },
      { id: '2', data: 'y' },
    ];
    for (const whole of [text, text.replaceAll('\n', '\r\n')]) {
      for (const size of [1, 2, 3, 7, 1000]) {
        const reader = new EventText();
        const events = [];
        for (let at = 0; at < whole.length; at += size) events.push(...reader.add(whole.slice(at, at + size)));
        expect(events).toEqual(expected);
        expect(reader.retryMs).toBe(2500);
      }
    }
  });
});
