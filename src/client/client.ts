/**
 * The client library: claims as the public contract asks for it, in browsers and in Node, without a dependency. One
 * client speaks for one claimant of one campaign.
 *
 * It never asks before the time it was told, keeps the newest ticket over a reload, and repeats a claim with the same
 * `Idempotency-Key` until it is answered.
 */
import type { ClaimRequest, ClientOptions, SpillwayClient } from './client-options.js';
import { clientClock } from './clock.js';
import { asCampaign, type CampaignDocument, type TicketDocument } from './documents.js';
import { Errand, type LineWatch } from './errand.js';
import { type Ask, CampaignPoll, TicketPoll } from './line-watch.js';
import { ClientMemory, defaultStorage } from './memory.js';
import type { ClaimOutcome, LeaveOutcome } from './outcome.js';
import { type Outgoing, type Reply, type Sender, send } from './reply.js';
import { type OpenStream, TicketStream } from './ticket-stream.js';

export type { ClaimRequest, ClientOptions, SpillwayClient } from './client-options.js';
export type { ClientClock } from './clock.js';
export type { CampaignDocument, CampaignState, EtaSeconds, TicketDocument, TicketState } from './documents.js';
export type { ClientStorage } from './memory.js';
export type { Answer, ClaimOutcome, LeaveOutcome, Progress } from './outcome.js';
export { type Place, placeFromCampaignDocument } from './place.js';
export type { Credentials, Fetch } from './reply.js';

/** @throws TypeError where there is no `fetch` */
export function createClient(options: ClientOptions): SpillwayClient {
  return new Client(options);
}

const NEVER = new AbortController().signal;
const LEFT = Symbol('left');
/** After these nothing of the claim is needed any more. The others go on later, with the same place and key. */
const FINAL = new Set<ClaimOutcome['kind']>(['granted', 'rejected', 'sold-out', 'ended', 'left']);

class Client implements SpillwayClient {
  readonly #memory: ClientMemory;
  readonly #sender: Sender;
  readonly #lineUrl: string;
  readonly #random: () => number;
  #running: AbortController | null = null;

  constructor(private readonly options: ClientOptions) {
    const { baseUrl, campaign, basePath = '/queue', claimant = '' } = options;
    const fetchNow = options.fetch ?? globalThis.fetch;
    if (typeof fetchNow !== 'function') throw new TypeError('There is no fetch here; give one in the options');
    this.#lineUrl = `${baseUrl}${basePath}/${encodeURIComponent(campaign)}`;
    this.#memory = new ClientMemory(options.storage ?? defaultStorage(), `spillway ${this.#lineUrl} ${claimant}`);
    this.#random = options.random ?? Math.random;
    this.#sender = {
      // A browser's fetch must not be called as a method of anything but the window.
      fetch: (url, init) => fetchNow(url, init),
      clock: options.clock ?? clientClock,
      credentials: options.credentials ?? 'same-origin',
      timeoutMs: options.timeoutMs ?? 30_000,
    };
  }

  get place(): TicketDocument | null {
    return this.#memory.recall().place;
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    if (this.#running !== null) throw new Error('A claim of this client is under way; wait for it, or abort it');
    const { signal = NEVER } = request;
    signal.throwIfAborted();
    const running = new AbortController();
    const stop = (): void => running.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    this.#running = running;
    try {
      const outcome = await this.#errand(request, running.signal).run();
      if (FINAL.has(outcome.kind)) this.#memory.forget();
      else if (outcome.kind === 'refused') this.#memory.remember({ key: null, claim: null });
      return outcome;
    } catch (reason) {
      if (reason === LEFT) return { kind: 'left' };
      throw reason;
    } finally {
      this.#running = null;
      signal.removeEventListener('abort', stop);
    }
  }

  async leave(signal: AbortSignal = NEVER): Promise<LeaveOutcome> {
    this.#running?.abort(LEFT);
    const reply = await this.#line('DELETE', '/tickets/me', signal);
    if (reply.kind === 'none') return { kind: 'failed', code: 'NETWORK' };
    const gone = reply.status === 204;
    if (!gone && !reply.code?.startsWith('TICKET_')) {
      return { kind: 'failed', code: reply.code ?? `HTTP_${reply.status}` };
    }
    this.#memory.forget();
    return { kind: gone ? 'left' : 'no-place' };
  }

  async status(signal: AbortSignal = NEVER): Promise<CampaignDocument | null> {
    const reply = await this.#askCampaign(signal);
    return reply.kind === 'reply' && reply.status === 200 ? asCampaign(reply.document) : null;
  }

  #errand(request: ClaimRequest, signal: AbortSignal): Errand {
    const { clock } = this.#sender;
    const askTicket = (within: AbortSignal): Promise<Reply> => this.#line('GET', '/tickets/me', within);
    const askCampaign = (within: AbortSignal): Promise<Reply> => this.#askCampaign(within);
    const facts = {
      memory: this.#memory,
      clock,
      random: this.#random,
      watch: this.#watch(askTicket, askCampaign),
      sendClaim: (within: AbortSignal) => this.#send(this.#outgoing(request), within),
      giveUpAfterFailures: this.options.giveUpAfterFailures ?? 12,
      waitForOpening: request.waitForOpening ?? true,
      onProgress: request.onProgress ?? (() => undefined),
    };
    return new Errand(facts, signal);
  }

  #watch(askTicket: Ask, askCampaign: Ask): LineWatch {
    const { clock } = this.#sender;
    const { statusUrl, stream = false } = this.options;
    if (statusUrl !== undefined) return new CampaignPoll(clock, askTicket, askCampaign, this.#random);
    const poll = new TicketPoll(clock, askTicket);
    return stream ? new TicketStream(clock, this.#openStream, poll, this.#random) : poll;
  }

  readonly #openStream: OpenStream = (lastId, signal) => {
    const { fetch, credentials } = this.#sender;
    const headers: Record<string, string> = { ...this.#withTicket(this.#headers()), accept: 'text/event-stream' };
    if (lastId !== '') headers['last-event-id'] = lastId;
    return fetch(`${this.#lineUrl}/tickets/me`, { method: 'GET', headers, credentials, cache: 'no-store', signal });
  };

  #outgoing({ path, method = 'POST', headers, body, idempotencyKey }: ClaimRequest): Outgoing {
    const url = /^https?:/.test(path) ? path : `${this.options.baseUrl}${path}`;
    const key = idempotencyKey ?? this.#keyOf(`${method} ${url} ${body ?? ''}`);
    return { url, method, headers: { ...this.#headers(), ...headers, 'idempotency-key': key }, body };
  }

  /** The key of the claim under way; a new one where it is another claim. */
  #keyOf(claim: string): string {
    const digest = digestOf(claim);
    const known = this.#memory.recall();
    if (known.key !== null && known.claim === digest) return known.key;
    const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
    this.#memory.remember({ key, claim: digest });
    return key;
  }

  #line(method: string, path: string, signal: AbortSignal): Promise<Reply> {
    return this.#send({ url: `${this.#lineUrl}${path}`, method, headers: this.#headers() }, signal);
  }

  #askCampaign(signal: AbortSignal): Promise<Reply> {
    const url = this.options.statusUrl ?? `${this.#lineUrl}/status.json`;
    return send({ ...this.#sender, credentials: 'omit' }, { url, method: 'GET', headers: {} }, signal);
  }

  #send(request: Outgoing, signal: AbortSignal): Promise<Reply> {
    return send(this.#sender, { ...request, headers: this.#withTicket(request.headers) }, signal);
  }

  #withTicket(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const ticket = this.place?.ticket;
    return ticket ? { ...headers, 'spillway-ticket': ticket } : headers;
  }

  #headers(): Readonly<Record<string, string>> {
    const { headers = {} } = this.options;
    return typeof headers === 'function' ? headers() : headers;
  }
}

/** FNV-1a, 32 bits: tells one claim from the next, and guards nothing. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
