/**
 * The line of the public contract over real HTTP, as small as it can be: a token bucket and slots before a claim
 * service, numbers in order of arrival, tickets, and calls. It can be told to break its promises one by one.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

export interface ModelGatewayOptions {
  readonly serviceUrl: string;
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly slots: number;
  /** Calls the newest first. */
  readonly unfair?: boolean;
  /** Answers nobody in line but with a refusal that is final. */
  readonly turnsAway?: boolean;
}

export interface ModelGateway {
  readonly url: string;
  stop(): Promise<void>;
}

interface Place {
  readonly number: number;
  state: 'waiting' | 'called' | 'claimed';
}

const TICK_MS = 10;
const POLL_MS = 20;

export async function startModelGateway(options: ModelGatewayOptions): Promise<ModelGateway> {
  const service = new Pool(options.serviceUrl, { connections: options.slots });
  const places = new Map<string, Place>();
  const waiting: Place[] = [];
  let tokens = options.burst;
  let inFlight = 0;
  let called = 0;
  let filledAt = performance.now();

  const fill = (): void => {
    const now = performance.now();
    tokens = Math.min(options.burst, tokens + ((now - filledAt) * options.ratePerSecond) / 1000);
    filledAt = now;
  };
  const tick = setInterval(() => {
    fill();
    for (let more = Math.floor(tokens) - called; more > 0 && waiting.length > 0; more--) {
      const next = (options.unfair ? waiting.pop() : waiting.shift()) as Place;
      next.state = 'called';
      called += 1;
      setTimeout(() => forgetCall(next), 400).unref();
    }
  }, TICK_MS);
  /** Who does not come for long holds up nobody. */
  const forgetCall = (place: Place): void => {
    if (place.state === 'called') called -= 1;
  };

  const send = (response: ServerResponse, status: number, document: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document));
  };
  const refuse = (response: ServerResponse, status: number, code: string, members: object = {}): void => {
    const fields = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'spillway-code': code };
    response.writeHead(status, status === 400 ? fields : { ...fields, 'retry-after': '1' });
    response.end(JSON.stringify({ code, ...members }));
  };
  const ticketOf = (claimant: string, place: Place) => ({
    state: place.state,
    ticket: Buffer.from(claimant).toString('base64url'),
    number: place.number,
    position: place.state === 'waiting' ? place.number : 0,
    pollAfterMs: POLL_MS,
  });

  async function claim(claimant: string, response: ServerResponse): Promise<void> {
    const place = places.get(claimant);
    fill();
    const mayEnter = place === undefined ? waiting.length === 0 && called === 0 : place.state === 'called';
    if (!mayEnter || tokens < 1 || inFlight >= options.slots) {
      if (options.turnsAway) return refuse(response, 400, 'REQUEST_INVALID');
      const own = place ?? { number: places.size + 1, state: 'waiting' as const };
      if (place === undefined) {
        places.set(claimant, own);
        waiting.push(own);
      }
      return refuse(response, 429, 'QUEUED', ticketOf(claimant, own));
    }
    tokens -= 1;
    inFlight += 1;
    if (place !== undefined) {
      called -= 1;
      place.state = 'claimed';
    }
    const path = '/campaigns/lny-2026/claims';
    const answer = await service.request({ method: 'POST', path, headers: { 'x-user-id': claimant }, body: '{}' });
    const body = await answer.body.text();
    inFlight -= 1;
    response.writeHead(answer.statusCode);
    response.end(body);
  }

  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    const claimant = String(request.headers['x-user-id']);
    if (request.method === 'POST') {
      void claim(claimant, response).catch(() => response.destroy());
      return;
    }
    const ticket = (request.url ?? '').split('/').at(-1) as string;
    const place = places.get(Buffer.from(ticket, 'base64url').toString());
    if (place === undefined) refuse(response, 400, 'TICKET_INVALID');
    else send(response, 200, ticketOf(claimant, place));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      clearInterval(tick);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await service.destroy();
    },
  };
}
