/**
 * Traces: bursts as files. NDJSON, optionally gzipped; the first line is a header, every other line one request in
 * the order in which they were sent. `docs/replay.md` describes the members for people who write traces themselves.
 */
import * as z from 'zod';
import { MODEL_NAMES } from '../client-models.js';

export const TRACE_VERSION = 1;

export const traceHeaderSchema = z.looseObject({
  'spillway-trace': z.literal(TRACE_VERSION).describe('Version of the format.'),
  source: z.string().default('').describe('Where the trace comes from, in words.'),
  seconds: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Length of the burst; null: up to the last request.'),
  seed: z.number().int().nullable().default(null).describe('Seed it was generated with; null: it was recorded.'),
});

export type TraceHeader = z.output<typeof traceHeaderSchema>;

/** One request. */
export interface TraceLine {
  /** When it was sent, in milliseconds from the start. */
  readonly t: number;
  /** The claimant: any name, or a hash of one. */
  readonly c: string;
  readonly m: string;
  readonly p: string;
  /** How the client behaves: a name of a client model; left out: drawn from the mix. */
  readonly w?: string;
  /** Idempotency key. */
  readonly k?: string;
  /** Header fields, by name. */
  readonly h?: Readonly<Record<string, string>>;
  readonly b?: string;
}

const lineSchema = z.looseObject({
  t: z.number().min(0),
  c: z.string().min(1),
  m: z.string().min(1),
  p: z.string().startsWith('/'),
  w: z.enum(MODEL_NAMES).optional(),
  k: z.string().optional(),
  h: z.record(z.string(), z.string()).optional(),
  b: z.string().optional(),
});

export class TraceError extends Error {
  constructor(
    readonly file: string,
    readonly line: number,
    reason: string,
  ) {
    super(`${file}, line ${line}: ${reason}`);
    this.name = 'TraceError';
  }
}

/** @throws TraceError when the line is no header of a version this program reads */
export function parseHeader(text: string, file: string): TraceHeader {
  const header = traceHeaderSchema.safeParse(jsonOf(text, file, 1));
  if (!header.success) throw new TraceError(file, 1, 'a trace begins with {"spillway-trace":1}');
  return header.data;
}

/** @throws TraceError when the line is no request */
export function parseLine(text: string, file: string, line: number): TraceLine {
  const parsed = lineSchema.safeParse(jsonOf(text, file, line));
  if (parsed.success) return parsed.data as TraceLine;
  const issue = parsed.error.issues[0];
  throw new TraceError(file, line, `${issue?.path.join('.')}: ${issue?.message}`);
}

function jsonOf(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TraceError(file, line, 'this is no JSON');
  }
}
