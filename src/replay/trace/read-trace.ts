/** Reads a trace, gzipped or plain, line by line. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Imported, importAccessLog } from './import-access-log.js';
import { importHar } from './import-har.js';
import { parseHeader, parseLine, TRACE_VERSION, TraceError, type TraceHeader, type TraceLine } from './trace-format.js';

export interface Trace {
  readonly file: string;
  readonly header: TraceHeader & { readonly seconds: number };
  readonly lines: readonly TraceLine[];
}

/** What is taken out of a file that is no trace itself. */
export interface ImportRules {
  /** Only requests whose path begins so. */
  readonly claimPath: string;
  /** The field that names the claimant in an HTTP archive. */
  readonly claimantHeader: string;
}

/**
 * A trace; or a `.har` or `.log` file made one, any of them gzipped if its name ends in `.gz`.
 * @throws TraceError when the file cannot be read, or holds something else than its name says
 */
export async function readTrace(file: string, rules: ImportRules): Promise<Trace> {
  const name = file.replace(/\.gz$/, '');
  if (name.endsWith('.log')) return imported(file, await importAccessLog(textLines(file), rules.claimPath));
  if (name.endsWith('.har')) return imported(file, await readHar(file, rules));
  return readNdjson(file);
}

/** Whether a word on the command line names a file rather than a profile. */
export function isTraceFile(word: string): boolean {
  return /\.(ndjson|jsonl|har|log)(\.gz)?$/.test(word);
}

async function readHar(file: string, { claimPath, claimantHeader }: ImportRules): Promise<Imported> {
  let text = '';
  for await (const line of textLines(file)) text += `${line}\n`;
  try {
    return importHar(text, claimPath, claimantHeader);
  } catch (error) {
    throw error instanceof RangeError ? new TraceError(file, 1, error.message) : error;
  }
}

function imported(file: string, { lines, seconds }: Imported): Trace {
  return {
    file,
    header: { 'spillway-trace': TRACE_VERSION, source: `imported from ${file}`, seconds, seed: null },
    lines,
  };
}

async function readNdjson(file: string): Promise<Trace> {
  const lines: TraceLine[] = [];
  let header: TraceHeader | null = null;
  let number = 0;
  let lastMs = 0;
  for await (const text of textLines(file)) {
    number++;
    if (header === null) {
      header = parseHeader(text, file);
      continue;
    }
    if (text === '') continue;
    const line = parseLine(text, file, number);
    if (line.t < lastMs) throw new TraceError(file, number, 'times never go back');
    lastMs = line.t;
    lines.push(line);
  }
  if (header === null) throw new TraceError(file, 1, 'the file is empty');
  return { file, header: { ...header, seconds: header.seconds ?? Math.max(1, Math.ceil(lastMs / 1000)) }, lines };
}

/**
 * The lines of a text file; of one whose name ends in `.gz`, unpacked.
 * @throws TraceError when it cannot be read
 */
export async function* textLines(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const input: Readable = file.endsWith('.gz') ? pipeline(raw, createGunzip(), () => undefined) : raw;
  let fault: Error | null = null;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  for (const stream of new Set([raw, input])) {
    stream.on('error', (error: Error) => {
      fault ??= error;
      lines.close();
    });
  }
  yield* lines;
  if (fault !== null) throw new TraceError(file, 0, (fault as Error).message);
}
