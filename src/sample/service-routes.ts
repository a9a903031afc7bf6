/**
 * The sample claim service's HTTP surface.
 *
 *   POST /campaigns/{id}/claims        201 and the coupon
 *   GET  /campaigns/{id}               what the campaign is
 *   GET  /_service/stats?since=N       figures of the arrivals after number N
 *   GET  /_service/arrivals?since=N    those arrivals one by one: {number, atUs, claimant, inFlight, outcome}
 *   POST /_service/faults              replaces all faults; `{}` heals
 *   POST /_service/reset               heals, and forgets every grant
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ArrivalLog } from './arrival-log.js';
import type { ClaimAnswer, ClaimDesk } from './claim-desk.js';
import { faultsSchema, NO_FAULTS } from './faults.js';
import type { ServiceStats } from './service-stats.js';

export interface ServiceRoom {
  readonly desk: ClaimDesk;
  readonly log: ArrivalLog;
  readonly stats: (since: number) => ServiceStats;
}

const CAMPAIGN_PATH = /^\/campaigns\/([^/?]+)(\/claims)?(?:\?.*)?$/;
const CONTROL_BYTES = 16_384;

export function answerRequest(room: ServiceRoom, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '/';
  if (url.startsWith('/_service/')) {
    answerControl(room, request, response, new URL(url, 'http://service'));
    return;
  }
  request.resume();
  const [, campaign, claims] = CAMPAIGN_PATH.exec(url) ?? [];
  if (campaign === undefined) {
    send(response, 404, { error: 'no such resource' });
  } else if (claims !== undefined) {
    if (request.method !== 'POST') send(response, 405, { error: 'claims are made by POST' });
    else room.desk.take(campaign, request, (answer) => sendClaim(response, answer));
  } else if (request.method === 'GET') {
    const granted = room.desk.granted(campaign);
    send(response, 200, {
      campaign,
      title: 'Lunar New Year red packets',
      claims: `/campaigns/${campaign}/claims`,
      granted,
    });
  } else {
    send(response, 405, { error: 'this resource is read by GET' });
  }
}

function sendClaim(response: ServerResponse, answer: ClaimAnswer): void {
  switch (answer.kind) {
    case 'granted':
      send(response, 201, answer.grant);
      return;
    case 'sold-out':
      response.setHeader('campaign-status', 'sold-out');
      send(response, 410, { error: 'every coupon of this campaign is gone' });
      return;
    case 'failed':
      send(response, answer.status, { error: 'the claim service was told to fail' });
  }
}

function answerControl(room: ServiceRoom, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const since = Number(url.searchParams.get('since') ?? 0);
  const called = `${request.method} ${url.pathname}`;
  if (!Number.isSafeInteger(since) || since < 0) {
    send(response, 400, { error: '`since` is the number of an arrival: a whole number, 0 or more' });
  } else if (called === 'GET /_service/stats') {
    send(response, 200, room.stats(since));
  } else if (called === 'GET /_service/arrivals') {
    send(response, 200, { arrivals: room.log.since(since) });
  } else if (called === 'POST /_service/faults') {
    readControl(request, response, (body) => changeFaults(room, response, body));
  } else if (called === 'POST /_service/reset') {
    request.resume();
    room.desk.setFaults(NO_FAULTS);
    room.desk.clearGrants();
    send(response, 200, { reset: true });
  } else {
    send(response, 404, { error: 'no such control' });
  }
}

function changeFaults(room: ServiceRoom, response: ServerResponse, body: string): void {
  let given: unknown;
  try {
    given = JSON.parse(body === '' ? '{}' : body);
  } catch {
    send(response, 400, { error: 'the body is not JSON' });
    return;
  }
  const faults = faultsSchema.safeParse(given);
  if (!faults.success) {
    send(response, 422, { error: faults.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) });
    return;
  }
  room.desk.setFaults(faults.data);
  send(response, 200, faults.data);
}

function readControl(request: IncomingMessage, response: ServerResponse, use: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= CONTROL_BYTES) chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > CONTROL_BYTES) send(response, 413, { error: `a control body has at most ${CONTROL_BYTES} bytes` });
    else use(Buffer.concat(chunks).toString('utf8'));
  });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
