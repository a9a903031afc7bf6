/** The seam between the hand-over of a request and whoever takes the answer. */
import type { UpstreamFault } from './upstream-fault.js';

/** One request on its way. */
export interface Handover {
  /**
   * Ends it from this side, before or after it has left. The sink gets its `fault` of kind `aborted` within this
   * call; after the terminal call nothing happens. Nothing leaves after it when nothing had left before.
   */
  abort(): void;
  /** Goes on after `data` returned false. Not to be called from within a call to the sink. */
  resume(): void;
}

/**
 * Takes one answer. `begin` comes first; then at most one `head`, any number of `data`; exactly one of `end` and
 * `fault` comes last, and means that the upstream is done with this request: its slot may go.
 * None of them may throw.
 */
export interface AnswerSink {
  begin(handover: Handover): void;
  /**
   * @param reason - the reason phrase; empty when there is none worth repeating
   * @param headers - name, value, name, value …, already cleaned; the sink's to keep and add to
   */
  head(status: number, reason: string, headers: string[]): void;
  /** @returns false to get no more until `resume` */
  data(chunk: Buffer): boolean;
  end(): void;
  fault(fault: UpstreamFault): void;
}
