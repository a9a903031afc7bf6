/**
 * Hands a request over to the service behind, and its answer to the client. The pass goes back as soon as the
 * service has answered, whatever the client still has to read.
 */
import type { Request, Response } from 'express';
import type { Ending } from '../admission/decision.js';
import type { ClientAddress } from '../claimant/client-address.js';
import type { Outcome } from '../claims/outcomes.js';
import type { Clock } from '../kernel/clock.js';
import type { Histogram } from '../metrics/instruments.js';
import type { UpstreamMetrics } from '../metrics/upstream-metrics.js';
import type { UpstreamError } from '../metrics/vocabulary.js';
import { DROPPED, type HealthSign, IGNORED, signOfAnswer } from '../overload/health.js';
import type { RequestBody } from '../proxy/body.js';
import type { MayLeave } from '../proxy/exchange.js';
import { UploadTooLargeError } from '../proxy/large-body.js';
import { Relay, type RelayOptions, type RelayResult } from '../proxy/relay.js';
import { fieldSafe, requestHeaders } from '../proxy/request-headers.js';
import type { UpstreamRequest } from '../proxy/upstream.js';
import type { UpstreamFault } from '../proxy/upstream-fault.js';
import type { CampaignContext } from './campaign-context.js';
import { type Problem, sendProblem } from './problem.js';
import { SESSION_FIELD } from './sessions.js';

export interface HandOver {
  readonly context: CampaignContext;
  readonly req: Request;
  readonly res: Response;
  readonly body: Extract<RequestBody, { kind: 'small' | 'large' }>;
  readonly address: ClientAddress;
  readonly claimantId: string | null;
  /** Keyed hash of the claimant; empty where nobody is known. */
  readonly claimant: string;
  /** Fields of ours for the answer. */
  readonly fields: readonly string[];
  /** Looks at the head of the answer before the client does, and may change its fields; null: it goes as it came. */
  readonly onHead: ((status: number, headers: string[]) => void) | null;
  /** Whether it may be written now. */
  readonly mayLeave: MayLeave;
}

export interface HandOverMeters {
  readonly clock: Clock;
  readonly upstream: UpstreamMetrics;
  readonly overhead: Histogram;
}

const EMPTY_BYTES = 0;

/**
 * @param idempotencyKey - replaces the client's; null leaves it in place
 * @param only - names of the fields that go along, in lower case; left out: all
 */
export function upstreamRequest(
  handOver: HandOver,
  idempotencyKey: string | null,
  only?: ReadonlySet<string>,
): UpstreamRequest {
  const { context, req, body, address, claimantId } = handOver;
  const streamed = body.kind === 'large';
  const headers = requestHeaders(
    only === undefined ? req.rawHeaders : fieldsOnly(req.rawHeaders, only),
    {
      // What is asked for everybody is asked from nowhere: a service that goes by addresses would answer this one's alone.
      peerAddress: only === undefined ? (req.socket.remoteAddress ?? null) : null,
      clientAddress: only === undefined ? address.text : null,
      trusted: address.fromTrustedPeer,
      scheme: 'encrypted' in req.socket ? 'https' : 'http',
      host: req.headers.host ?? null,
      claimant: claimantId,
      campaign: context.config.id,
      idempotencyKey,
      requestId: req.facts.id,
      traceparent: req.facts.trace?.handedOver(context.config.upstream, req.method) ?? null,
    },
    streamed,
    context.protectedFields,
    context.identityField,
  );
  if (context.proof !== null) {
    const key = idempotencyKey ?? String(req.headers['idempotency-key'] ?? '');
    const claimant = claimantId === null ? '' : fieldSafe(claimantId);
    const proven = { method: req.method, target: req.url, campaign: context.config.id, claimant, idempotencyKey: key };
    headers.push('Spillway-Proof', context.proof.of(proven));
  }
  const payload = body.kind === 'small' && body.body.length === EMPTY_BYTES ? null : body.body;
  return { method: req.method, path: req.url, headers, body: payload };
}

function fieldsOnly(raw: readonly string[], names: ReadonlySet<string>): string[] {
  const out: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (names.has(raw[at]!.toLowerCase())) out.push(raw[at]!, raw[at + 1]!);
  }
  return out;
}

/**
 * @param judge - what the head of the answer means; asked once, for claims only
 * @param ended - told once, when the service is done with the request
 */
export function handOver(
  handOver: HandOver,
  meters: HandOverMeters,
  judge: ((status: number, headers: readonly string[]) => Outcome) | null,
  ended: (ending: Ending, sign: HealthSign) => void,
): void {
  const { context, req, res, fields } = handOver;
  const { facts } = req;
  const sentUs = meters.clock.monotonicUs();
  // The end of the answer is counted before its sender hears of it: only what goes wrong is named afterwards.
  facts.outcome = 'proxied';
  // A service goes on with a claim whose client has left: only its answer says that the slot is free.
  const options = { keepRunning: facts.route === 'claim', extraHeaders: fields };
  const answered = (status: number, headers: readonly string[]): void =>
    ended(
      judge === null ? endOfStatus(status) : endOfAnswer(judge(status, headers), status),
      signOfAnswer(status, headers, meters.clock),
    );
  const done = (result: RelayResult): void => {
    const answeredUs = meters.clock.monotonicUs();
    if (result.kind === 'fault') ended('open', result.stalled ? IGNORED : signOfFault(result.fault));
    finish(result, handOver, meters, (answeredUs - sentUs) / 1e6);
    const totalUs = meters.clock.monotonicUs() - facts.startedUs;
    meters.overhead.observe(Math.max(0, totalUs - facts.waitedUs - (answeredUs - sentUs)) / 1e6);
  };
  const request = upstreamRequest(handOver, null);
  const heard = handOver.onHead === null ? request : { ...request, kept: SESSION_FIELD };
  context.upstream.dispatch(heard, new EarlyRelay(res, options, answered, handOver.onHead, done), handOver.mayLeave);
}

/** A relay that tells of the end of the answer before it writes it: the slot is free while the client still waits. */
class EarlyRelay extends Relay {
  #status = 0;
  #headers: readonly string[] = [];

  constructor(
    response: Response,
    options: RelayOptions,
    private readonly answered: (status: number, headers: readonly string[]) => void,
    private readonly onHead: HandOver['onHead'],
    done: (result: RelayResult) => void,
  ) {
    super(response, options, done);
  }

  override head(status: number, reason: string, headers: string[]): void {
    this.#status = status;
    this.#headers = headers;
    this.onHead?.(status, headers);
    super.head(status, reason, headers);
  }

  override end(): void {
    this.answered(this.#status, this.#headers);
    super.end();
  }
}

/** What an answer means for the place: one that asks to come again, or says that nothing is left, is not final. */
export function endOfAnswer(outcome: Outcome, status: number): Ending {
  if (outcome.kind === 'granted' || outcome.kind === 'rejected') return 'final';
  if (outcome.kind !== 'other') return 'open';
  return endOfStatus(status);
}

/** An answer other than a failure, or a call to try again, uses the place up. */
function endOfStatus(status: number): Ending {
  return status >= 500 || status === 429 ? 'open' : 'final';
}

function finish(result: RelayResult, handOver: HandOver, meters: HandOverMeters, seconds: number): void {
  const { facts } = handOver.req;
  if (result.kind === 'answered') {
    if (result.clientGone) facts.outcome = 'client_abort';
    meters.upstream.answered(result.status, seconds);
    facts.trace?.answeredBy(result.status, null);
  } else answerFault(handOver, meters, result, seconds);
}

/** A time-out or a broken connection is the service's; garbage says nothing about room, and an abort was ours. */
export function signOfFault({ kind }: UpstreamFault): HealthSign {
  return kind === 'unavailable' || kind === 'timeout' ? DROPPED : IGNORED;
}

export function answerFault(
  { req, res, fields }: HandOver,
  meters: HandOverMeters,
  { fault, clientGone, begun }: Pick<Extract<RelayResult, { kind: 'fault' }>, 'fault' | 'clientGone' | 'begun'>,
  seconds: number,
): void {
  const { facts } = req;
  req.facts.trace?.answeredBy(0, fault.kind);
  meters.upstream.failed(errorOf(fault), seconds);
  if (clientGone) facts.outcome = 'client_abort';
  else {
    facts.outcome = fault.kind === 'timeout' ? 'upstream_timeout' : 'upstream_error';
    if (!begun) sendProblem(res, facts.id, { ...faultProblem(fault), headers: fields });
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
