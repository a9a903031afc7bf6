/**
 * Records who comes to a campaign as a trace that `replay` and `simulate` take. Claimants are keyed hashes of their
 * own, that neither the store nor a log knows; header fields only those that are asked for; no bodies. A recording
 * ends after so many requests, and never holds a claim up: what the disk is too slow for is left out and counted.
 *
 *   idle ──first claim──▶ recording ──`maxRequests`, closed, disk fault──▶ over
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import type { Clock, Timer } from '../../kernel/clock.js';
import { HmacSha256 } from '../../kernel/hmac-sha256.js';
import type { Logger } from '../../kernel/logger.js';
import { TRACE_VERSION, type TraceLine } from './trace-format.js';

export interface TraceRecorderOptions {
  readonly folder: string;
  readonly maxRequests: number;
  /** Names in lower case. */
  readonly headers: readonly string[];
  readonly campaign: string;
  /** Unique among all gateways: each writes a file of its own. */
  readonly gateway: string;
  /** Makes hashes of claimants; the same on every gateway, so that their files can be put together. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Bytes that may wait for the disk. */
const MOST_BEHIND = 8 * 1024 * 1024;
/** Lines go to the packer in pieces of this size, and at the latest after this time. */
const PIECE_CHARS = 65_536;
const PIECE_MS = 1000;
const KEY_FIELD = 'idempotency-key';

export class TraceRecorder {
  #file: { readonly path: string; readonly pack: Gzip; readonly written: Promise<void> } | null = null;
  #startUs = 0;
  #piece = '';
  #timer: Timer | null = null;
  #recorded = 0;
  #leftOut = 0;
  #over = false;
  readonly #mac: HmacSha256;

  constructor(private readonly options: TraceRecorderOptions) {
    this.#mac = new HmacSha256(options.secret);
  }

  /** @param path - without its query, in which anything may stand */
  record(claimantId: string, method: string, path: string, headers: IncomingHttpHeaders): void {
    if (this.#over) return;
    const nowUs = this.options.clock.monotonicUs();
    if (this.#file === null) this.#begin(nowUs);
    const file = this.#file;
    if (file === null) return;
    if (file.pack.writableLength > MOST_BEHIND) {
      this.#leftOut++;
      return;
    }
    const t = Math.round((nowUs - this.#startUs) / 100) / 10;
    this.#write({ t, c: this.#mac.text128(claimantId).slice(0, 16), m: method, p: path, ...this.#fieldsOf(headers) });
    if (++this.#recorded >= this.options.maxRequests) void this.close();
  }

  /** Resolves when what was recorded is on the disk. */
  async close(): Promise<void> {
    this.#over = true;
    this.#flush();
    const file = this.#file;
    if (file === null) return;
    this.#file = null;
    file.pack.end();
    await file.written;
    const { logger, campaign } = this.options;
    const facts = { campaign, file: file.path, recorded: this.#recorded, leftOut: this.#leftOut };
    logger.info(facts, 'A trace was recorded');
  }

  #begin(nowUs: number): void {
    const { folder, campaign, gateway, clock } = this.options;
    this.#startUs = nowUs;
    const at = new Date(clock.wallMs()).toISOString();
    const path = join(folder, `${campaign}-${at.replaceAll(':', '')}-${gateway}.ndjson.gz`);
    try {
      mkdirSync(folder, { recursive: true });
    } catch (fault) {
      this.#fail(fault);
      return;
    }
    const pack = createGzip();
    const written = finished(pack.pipe(createWriteStream(path, { flags: 'wx' }))).catch((fault) => this.#fail(fault));
    this.#file = { path, pack, written };
    const header = { 'spillway-trace': TRACE_VERSION, source: `recorded from ${campaign} at ${at}`, seed: null };
    this.#piece = `${JSON.stringify(header)}\n`;
  }

  #fieldsOf(headers: IncomingHttpHeaders): Pick<TraceLine, 'k' | 'h'> {
    const { headers: names } = this.options;
    if (names.length === 0) return {};
    const found = names.flatMap((name) =>
      headers[name] === undefined ? [] : [[name, String(headers[name])] as const],
    );
    const key = found.find(([name]) => name === KEY_FIELD)?.[1];
    const others = found.filter(([name]) => name !== KEY_FIELD);
    return {
      ...(key === undefined ? {} : { k: key }),
      ...(others.length === 0 ? {} : { h: Object.fromEntries(others) }),
    };
  }

  #write(line: TraceLine): void {
    this.#piece += `${JSON.stringify(line)}\n`;
    if (this.#piece.length >= PIECE_CHARS) this.#flush();
    else this.#timer ??= this.options.clock.after(PIECE_MS, () => this.#flush());
  }

  #flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#piece !== '') this.#file?.pack.write(this.#piece);
    this.#piece = '';
  }

  #fail(err: unknown): void {
    this.#over = true;
    this.#file = null;
    const { logger, campaign, folder } = this.options;
    logger.error({ err, campaign, folder }, 'A trace cannot be recorded; claims go on');
  }
}
