/**
 * Takes an answer in whole, for the ledger: settle, then answer. An answer larger than the limit is not kept:
 * it stops where it is, with what came so far, until the caller has settled on its status and headers and gives
 * it a sink to go on into. The time limit of the exchange keeps running meanwhile.
 */
import type { AnswerSink, Handover } from './answer-sink.js';
import type { UpstreamFault } from './upstream-fault.js';

/** An answer that stopped in the middle. Must be let on: until then it holds its connection and slot. */
export interface LargeAnswer {
  /** Delivers everything from the head on to `sink`, the part taken in so far included. To be called once. */
  into(sink: AnswerSink): void;
}

export type Collected =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly reason: string;
      readonly headers: string[];
      readonly body: Buffer;
    }
  | {
      readonly kind: 'too-large';
      readonly status: number;
      readonly reason: string;
      readonly headers: readonly string[];
      readonly rest: LargeAnswer;
    }
  | { readonly kind: 'fault'; readonly fault: UpstreamFault };

const EMPTY = Buffer.alloc(0);

export class Collect implements AnswerSink, LargeAnswer {
  #handover!: Handover;
  #status = 0;
  #reason = '';
  #headers: string[] = [];
  #chunks: Buffer[] = [];
  #bodyBytes = 0;
  #overflowed = false;
  #next: AnswerSink | null = null;
  /** A terminal call that came while nobody took the rest. */
  #last: 'end' | UpstreamFault | null = null;

  /**
   * @param limitBytes - largest body to take in whole
   * @param collected - told once what came of it
   */
  constructor(
    private readonly limitBytes: number,
    private readonly collected: (result: Collected) => void,
  ) {}

  /** Ends the exchange from this side; what came of it is a fault of kind `aborted`. */
  abort(): void {
    this.#handover.abort();
  }

  begin(handover: Handover): void {
    this.#handover = handover;
  }

  head(status: number, reason: string, headers: string[]): void {
    this.#status = status;
    this.#reason = reason;
    this.#headers = headers;
  }

  data(chunk: Buffer): boolean {
    if (this.#next !== null) return this.#next.data(chunk);
    this.#chunks.push(chunk);
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes <= this.limitBytes) return true;
    this.#overflowed = true;
    this.collected({
      kind: 'too-large',
      status: this.#status,
      reason: this.#reason,
      headers: this.#headers,
      rest: this,
    });
    return false;
  }

  end(): void {
    if (this.#next !== null) this.#next.end();
    else if (this.#overflowed) this.#last = 'end';
    else {
      this.collected({
        kind: 'answered',
        status: this.#status,
        reason: this.#reason,
        headers: this.#headers,
        body: this.#body(),
      });
    }
  }

  fault(fault: UpstreamFault): void {
    if (this.#next !== null) this.#next.fault(fault);
    else if (this.#overflowed) this.#last = fault;
    else this.collected({ kind: 'fault', fault });
  }

  into(sink: AnswerSink): void {
    sink.begin(this.#handover);
    // The client may be gone: then `begin` has aborted, and the fault has come in meanwhile.
    if (this.#last !== null && this.#last !== 'end') {
      sink.fault(this.#last);
      return;
    }
    this.#next = sink;
    sink.head(this.#status, this.#reason, [...this.#headers]);
    let more = true;
    for (const chunk of this.#chunks) more = sink.data(chunk);
    this.#chunks = [];
    if (this.#last === 'end') sink.end();
    else if (more) this.#handover.resume();
  }

  #body(): Buffer {
    if (this.#chunks.length === 0) return EMPTY;
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bodyBytes);
  }
}
