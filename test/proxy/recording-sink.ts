/** Writes down what a sink is told, and that it is told in the promised order. */
import type { AnswerSink, Handover } from '../../src/proxy/answer-sink.js';
import type { UpstreamFault } from '../../src/proxy/upstream-fault.js';

export class RecordingSink implements AnswerSink {
  handover: Handover | null = null;
  status = 0;
  reason = '';
  headers: string[] = [];
  body = '';
  heads = 0;
  terminals = 0;
  faulted: UpstreamFault | null = null;
  /** What `data` returns. */
  wantsMore = true;
  readonly closed: Promise<UpstreamFault | null>;
  #close!: (fault: UpstreamFault | null) => void;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  begin(handover: Handover): void {
    this.handover = handover;
  }

  head(status: number, reason: string, headers: string[]): void {
    this.heads++;
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }

  data(chunk: Buffer): boolean {
    this.body += chunk.toString('latin1');
    return this.wantsMore;
  }

  end(): void {
    this.terminals++;
    this.#close(null);
  }

  fault(fault: UpstreamFault): void {
    this.terminals++;
    this.faulted = fault;
    this.#close(fault);
  }

  /** Values of a field, in order. */
  values(name: string): string[] {
    const lower = name.toLowerCase();
    return this.headers.filter((_, at) => at % 2 === 1 && this.headers[at - 1]!.toLowerCase() === lower);
  }
}
