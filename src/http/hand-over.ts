/**
 * Hands a request over to the service behind, and its answer to the client. The pass goes back as soon as the
 * service has answered, whatever the client still has to read.
 */
import type { Request, Response } from 'express';
import type { Ending } from '../admission/decision.js';
import type { ClientAddress } from '../claimant/client-address.js';
import type { Clock } from '../kernel/clock.js';
import type { Histogram } from '../metrics/instruments.js';
import type { UpstreamMetrics } from '../metrics/upstream-metrics.js';
import type { UpstreamError } from '../metrics/vocabulary.js';
import type { RequestBody } from '../proxy/body.js';
import { UploadTooLargeError } from '../proxy/large-body.js';
import { Relay, type RelayResult } from '../proxy/relay.js';
import { requestHeaders } from '../proxy/request-headers.js';
import type { UpstreamFault } from '../proxy/upstream-fault.js';
import type { CampaignContext } from './campaign-context.js';
import { type Problem, sendProblem } from './problem.js';
import type { RequestFacts } from './request-facts.js';

export interface HandOver {
  readonly context: CampaignContext;
  readonly req: Request;
  readonly res: Response;
  readonly body: Extract<RequestBody, { kind: 'small' | 'large' }>;
  readonly address: ClientAddress;
  readonly claimantId: string | null;
  /** Fields of ours for the answer. */
  readonly fields: readonly string[];
}

export interface HandOverMeters {
  readonly clock: Clock;
  readonly upstream: UpstreamMetrics;
  readonly overhead: Histogram;
}

const EMPTY_BYTES = 0;

/** @param ended - told once, when the service is done with the request */
export function handOver(handOver: HandOver, meters: HandOverMeters, ended: (ending: Ending) => void): void {
  const { context, req, res, body, address, claimantId, fields } = handOver;
  const { facts } = req;
  const sentUs = meters.clock.monotonicUs();
  const streamed = body.kind === 'large';
  const headers = requestHeaders(
    req.rawHeaders,
    {
      peerAddress: req.socket.remoteAddress ?? null,
      clientAddress: address.text,
      trusted: address.fromTrustedPeer,
      scheme: 'encrypted' in req.socket ? 'https' : 'http',
      host: req.headers.host ?? null,
      claimant: claimantId,
      campaign: context.config.id,
      idempotencyKey: null,
      requestId: facts.id,
    },
    streamed,
    context.protectedFields,
  );
  // The end of the answer is counted before its sender hears of it: only what goes wrong is named afterwards.
  facts.outcome = 'proxied';
  // A service goes on with a claim whose client has left: only its answer says that the slot is free.
  const relay = new Relay(res, { keepRunning: facts.route === 'claim', extraHeaders: fields });
  const payload = body.kind === 'small' && body.body.length === EMPTY_BYTES ? null : body.body;
  context.upstream.dispatch({ method: req.method, path: req.url, headers, body: payload }, relay);
  void relay.done.then((result) => {
    const answeredUs = meters.clock.monotonicUs();
    ended(endingOf(result));
    finish(result, facts, res, fields, meters.upstream, (answeredUs - sentUs) / 1e6);
    const totalUs = meters.clock.monotonicUs() - facts.startedUs;
    meters.overhead.observe(Math.max(0, totalUs - facts.waitedUs - (answeredUs - sentUs)) / 1e6);
  });
}

/** An answer other than a failure, or a call to try again, uses the place up. */
function endingOf(result: RelayResult): Ending {
  if (result.kind === 'fault') return 'open';
  return result.status >= 500 || result.status === 429 ? 'open' : 'final';
}

function finish(
  result: RelayResult,
  facts: RequestFacts,
  res: Response,
  fields: readonly string[],
  meters: UpstreamMetrics,
  seconds: number,
): void {
  if (result.kind === 'answered') {
    if (result.clientGone) facts.outcome = 'client_abort';
    meters.answered(result.status, seconds);
    return;
  }
  meters.failed(errorOf(result.fault), seconds);
  if (result.clientGone) facts.outcome = 'client_abort';
  else {
    facts.outcome = result.fault.kind === 'timeout' ? 'upstream_timeout' : 'upstream_error';
    if (!result.begun) sendProblem(res, facts.id, { ...faultProblem(result.fault), headers: fields });
  }
}

function errorOf(fault: UpstreamFault): UpstreamError {
  if (fault.kind === 'unavailable') return fault.outcome === 'not-sent' ? 'refused' : 'reset';
  return fault.kind;
}

const CODES = {
  unavailable: 'UPSTREAM_UNAVAILABLE',
  timeout: 'UPSTREAM_TIMEOUT',
  invalid: 'UPSTREAM_INVALID',
  aborted: 'REQUEST_INVALID',
} as const;

function faultProblem(fault: UpstreamFault): Problem {
  const code = CODES[fault.kind];
  if (fault.cause instanceof UploadTooLargeError) return { code: 'BODY_TOO_LARGE' };
  if (fault.kind === 'aborted') return { code, detail: 'The upload broke off.' };
  return { code, retryAfterSeconds: 1, members: { outcome: fault.outcome } };
}
