/**
 * Spans of OpenTelemetry, for whoever has registered an SDK before the gateway was put together: the request, its
 * decision, its way to the service, and the calls to the store that requests share. Without an SDK there is none of
 * this, and a request costs one comparison with null.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
import {
  type Context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Request } from 'express';
import type { Decision } from '../admission/decision.js';
import { isTraceparent } from '../proxy/trace-context.js';
import { withoutTicket } from './access-log.js';

const NAME = 'spillway';

/** Null without an SDK. */
export function openTracing(version: string): Tracing | null {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider && provider.getDelegateTracer(NAME) === undefined) return null;
  return new Tracing(trace.getTracer(NAME, version));
}

export class Tracing {
  constructor(private readonly tracer: Tracer) {}

  begin(req: Request): RequestTrace {
    return new RequestTrace(this.tracer, req);
  }

  /** A call to the store, after it was answered; the claims of a moment share it. */
  exchanged({ asks, seconds }: { readonly asks: number; readonly seconds: number }, campaign: string): void {
    if (asks === 0) return;
    const endMs = Date.now();
    const attributes = {
      'spillway.campaign': campaign,
      'db.operation.name': 'exchange',
      'db.operation.batch.size': asks,
    };
    const startTime = new Date(endMs - seconds * 1000);
    this.tracer.startSpan('store exchange', { kind: SpanKind.CLIENT, startTime, attributes }, ROOT_CONTEXT).end(endMs);
  }
}

/** The spans of one request. */
export class RequestTrace {
  readonly #span: Span;
  readonly #context: Context;
  #upstream: Span | null = null;

  constructor(
    private readonly tracer: Tracer,
    req: Request,
  ) {
    const { facts, method } = req;
    const attributes = {
      'http.request.method': method,
      'url.path': withoutTicket(facts.path),
      'url.scheme': 'encrypted' in req.socket ? 'https' : 'http',
      'spillway.request_id': facts.id,
    };
    const parent = parentOf(req.headers.traceparent);
    this.#span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    this.#context = trace.setSpan(parent, this.#span);
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  /** Undefined where the sampler left the request out. */
  get recordedTraceId(): string | undefined {
    return this.#span.isRecording() ? this.traceId : undefined;
  }

  /** Measures how long the decision takes. */
  deciding(decided: (decision: Decision) => void): (decision: Decision) => void {
    const span = this.tracer.startSpan('decide', {}, this.#context);
    return (decision) => {
      span.setAttribute('spillway.decision', decision.kind);
      span.end();
      decided(decision);
    };
  }

  /** The request goes to the service. @returns the `traceparent` for it */
  handedOver(upstream: string, method: string): string {
    const attributes = { 'http.request.method': method, 'spillway.upstream': upstream };
    this.#upstream = this.tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes }, this.#context);
    const { traceId, spanId, traceFlags } = this.#upstream.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  /** @param fault - kind of what went wrong; null: it answered */
  answeredBy(status: number, fault: string | null): void {
    const span = this.#upstream;
    if (span === null) return;
    this.#upstream = null;
    if (status > 0) span.setAttribute('http.response.status_code', status);
    if (fault !== null) span.setAttribute('error.type', fault);
    if (fault !== null || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  /** @param status - 0: the client was gone before there was one */
  end(req: Request, status: number): void {
    const { route, campaign, outcome } = req.facts;
    this.#upstream?.end();
    this.#span.updateName(`${req.method} ${route}`);
    this.#span.setAttributes({ 'http.route': route, 'spillway.outcome': status === 0 ? 'client_abort' : outcome });
    if (campaign !== '') this.#span.setAttribute('spillway.campaign', campaign);
    if (status > 0) this.#span.setAttribute('http.response.status_code', status);
    if (status >= 500) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}

/** The client's trace goes on; a new one begins where there is none. @see W3C Trace Context, section 3.2 */
function parentOf(traceparent: string | string[] | undefined): Context {
  if (typeof traceparent !== 'string' || !isTraceparent(traceparent)) return ROOT_CONTEXT;
  const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string];
  const traceFlags: TraceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
