/** A request beside the line whose answer is the same for everybody: from the campaign's cache, or for it. */
import type { Response } from 'express';
import type { CacheResult } from '../metrics/vocabulary.js';
import { Collect, type Collected } from '../proxy/collect.js';
import { type Fetch, type KeptAnswer, type SharedRequest, VARIABLE } from '../proxy/micro-cache.js';
import { Relay } from '../proxy/relay.js';
import { AnswerHead, sendWhole } from '../proxy/whole-answer.js';
import { answerFault, type HandOver, type HandOverMeters, upstreamRequest } from './hand-over.js';

/** What says that an answer is for one person, or for a part of it. */
const OWN = ['authorization', 'range'] as const;

/** Whether the answer to this request may be anybody's. */
export function isShared({ context, req, body }: HandOver): boolean {
  if (context.cache === null || (req.method !== 'GET' && req.method !== 'HEAD')) return false;
  if (body.kind !== 'small' || body.body.length > 0) return false;
  return OWN.every((name) => req.headers[name] === undefined);
}

/** @param direct - hands the request over by itself */
export function answerShared(what: HandOver, meters: HandOverMeters, direct: () => void): void {
  const { context, req, res, fields } = what;
  const sentUs = meters.clock.monotonicUs();
  const count = (how: CacheResult): void => context.meters.cached(how);
  context.cache!.ask(sharedRequest(what), req.method === 'GET' ? fetchFor(what, meters) : null, (heard) => {
    if (heard.kind === 'direct') {
      count('direct');
      direct();
      return;
    }
    req.facts.outcome = 'proxied';
    count(heard.kind === 'answer' ? heard.how : 'miss');
    if (heard.kind === 'answer') send(res, heard.answer, [...fields, ...cacheFields(heard.how, heard.ageMs)]);
    else sendOwn(what, meters, heard.result, sentUs);
  });
}

function sharedRequest({ req }: HandOver): SharedRequest {
  const headers: Record<string, string> = {};
  for (const name of VARIABLE) {
    const value = req.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return { url: `${req.headers.host ?? ''} ${req.url}`, headers };
}

/** For whoever asks: without what says who that is. The service is asked as by nobody, and to the end. */
function fetchFor(what: HandOver, meters: HandOverMeters): Fetch {
  const { context } = what;
  return (fetched) => {
    const request = upstreamRequest({ ...what, claimantId: null }, null, VARIABLE);
    const sentUs = meters.clock.monotonicUs();
    const limit = context.config.cache!.maxBodyBytes;
    context.upstream.dispatch(
      request,
      new Collect(limit, (result) => {
        if (result.kind !== 'fault') {
          meters.upstream.answered(result.status, (meters.clock.monotonicUs() - sentUs) / 1e6);
        }
        // The rest of a large answer must not be taken on within this call.
        if (result.kind === 'too-large') setImmediate(fetched, result);
        else fetched(result);
      }),
    );
  };
}

function sendOwn(what: HandOver, meters: HandOverMeters, result: Collected, sentUs: number): void {
  const { res, fields } = what;
  if (result.kind === 'answered') send(res, result, fields);
  else if (result.kind === 'too-large') {
    result.rest.into(new Relay(res, { keepRunning: false, extraHeaders: fields }, () => {}));
  } else {
    const seconds = (meters.clock.monotonicUs() - sentUs) / 1e6;
    answerFault(what, meters, { fault: result.fault, clientGone: res.destroyed, begun: false }, seconds);
  }
}

function send(res: Response, { status, reason, headers, body }: KeptAnswer, fields: readonly string[]): void {
  const out: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!;
    if (!/^(?:content-length|age)$/i.test(name)) out.push(name, headers[at + 1]!);
  }
  sendWhole(res, new AnswerHead(status, out, reason), fields, body);
}

/** @see RFC 9211 */
function cacheFields(how: CacheResult, ageMs: number): readonly string[] {
  const status = { hit: 'hit', stale: 'hit; detail=stale', collapsed: 'fwd=uri-miss; collapsed', miss: 'fwd=uri-miss' };
  return ['Age', String(Math.floor(ageMs / 1000)), 'Cache-Status', `spillway; ${status[how as keyof typeof status]}`];
}
