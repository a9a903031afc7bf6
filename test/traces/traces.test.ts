import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { operated } from '../admin/operator.js';
import { claim } from '../gateway/client.js';
import { GatewayBench } from '../support/gateway.js';
import { until } from '../support/until.js';

const bench = new GatewayBench();
let exporter: InMemorySpanExporter;

beforeEach(async () => {
  process.env.SPILLWAY_TRACES_BY_HAND = 'yes';
  const { register } = (await import(`${process.cwd()}/examples/traces/register.mjs`)) as {
    register(to: InMemorySpanExporter, share: number): void;
  };
  exporter = new InMemorySpanExporter();
  register(exporter, 1);
});
afterEach(async () => {
  await bench.stopAll();
  trace.disable();
});

const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
const kinds = (kind: SpanKind) => exporter.getFinishedSpans().filter((span) => span.kind === kind);
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('With an SDK that is registered', () => {
  it('a claim is a server span with its decision, its way to the service and the call to the store', async () => {
    const upstream = await bench.recording();
    const gateway = await bench.open(upstream.url, operated());
    expect((await claim(gateway.port, 'ann', { headers: { traceparent: PARENT } })).status).toBe(201);
    await until(() => named('POST claim').length === 1);
    const [server] = named('POST claim');
    const [decision] = named('decide');
    const client = kinds(SpanKind.CLIENT).find(({ name }) => name === 'POST');
    const traceId = PARENT.split('-')[1];
    expect(server!.spanContext().traceId).toBe(traceId);
    expect(server!.parentSpanContext?.spanId).toBe(PARENT.split('-')[2]);
    expect(server!.attributes).toMatchObject({
      'http.request.method': 'POST',
      'url.path': '/campaigns/lny/claims',
      'http.response.status_code': 201,
      'spillway.campaign': 'lny',
      'spillway.outcome': 'proxied',
    });
    expect(decision!.parentSpanContext?.spanId).toBe(server!.spanContext().spanId);
    expect(decision!.attributes['spillway.decision']).toBe('admit');
    expect(client!.attributes).toMatchObject({ 'spillway.upstream': 'incentives', 'http.response.status_code': 201 });
    expect(upstream.requests[0]!.headers.traceparent).toBe(`00-${traceId}-${client!.spanContext().spanId}-01`);
    const [call] = named('store exchange');
    expect(call!.attributes).toMatchObject({ 'spillway.campaign': 'lny', 'db.operation.batch.size': 1 });
  });

  it('no span has a ticket, a claimant or a query', async () => {
    const gateway = await bench.open(
      (await bench.recording()).url,
      operated({ campaign: { admission: { ratePerSecond: 0.01, burst: 1 } } }),
    );
    const { ticket } = (
      await claim(gateway.port, 'ann-the-claimant', { path: '/campaigns/lny/claims?secret=1' })
    ).json();
    await fetch(`${gateway.url}/queue/lny/tickets/${String(ticket)}`);
    await until(() => named('GET ticket').length === 1);
    const said = JSON.stringify(exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes })));
    expect(said).toContain('/queue/lny/tickets/…');
    expect(said).not.toMatch(new RegExp(`${String(ticket)}|ann-the-claimant|secret`));
  });

  it('a service that fails is an error of its span and of the request', async () => {
    const upstream = await bench.recording();
    upstream.respond = (_request, response) => void response.destroy();
    const gateway = await bench.open(upstream.url, operated());
    expect((await claim(gateway.port, 'ann')).status).toBe(503);
    await until(() => named('POST claim').length === 1);
    const client = kinds(SpanKind.CLIENT).find(({ name }) => name === 'POST');
    expect(client!.attributes['error.type']).toBe('unavailable');
    expect(client!.status.code).toBe(2);
    expect(named('POST claim')[0]!.status.code).toBe(2);
  });
});

describe('Without an SDK', () => {
  it('there is no span, and the trace of the client goes on as it came', async () => {
    trace.disable();
    const upstream = await bench.recording();
    const gateway = await bench.open(upstream.url, operated());
    await claim(gateway.port, 'ann', { headers: { traceparent: PARENT } });
    expect(upstream.requests[0]!.headers.traceparent).toBe(PARENT);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
