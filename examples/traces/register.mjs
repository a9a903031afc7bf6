/**
 * Registers an OpenTelemetry SDK before the gateway starts:
 *
 *   npm install @opentelemetry/sdk-trace-base
 *   node --import ./examples/traces/register.mjs dist/main.js serve --config config/spillway.yaml
 *
 * One request in a hundred is recorded, and all of those whose caller records them. Spans are printed here; give the
 * processor an exporter of your choice instead, such as OTLPTraceExporter.
 */
import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  ConsoleSpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

const share = Number(process.env.TRACE_SHARE ?? 0.01);

/** Tests put an exporter of their own here. */
export function register(exporter = new ConsoleSpanExporter(), recorded = share) {
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(recorded) });
  const provider = new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  return provider;
}

if (process.env.SPILLWAY_TRACES_BY_HAND === undefined) register();
