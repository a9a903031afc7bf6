/**
 * Final answers on their way from the line to the lanes. The line alone decides which answer is the final one; a lane
 * gets a copy only once the line has it, and the line's own goes only once the lane has its copy:
 *
 *   open at the line ──settled──▶ kept by the line ──copied──▶ kept by both ──let go──▶ kept by the lane
 *
 * A gateway that dies in between leaves it where it is: at the line, where it is found as well.
 */
import type { Settlement, StoreView } from './exchange.js';
import type { FinalAnswer, Lane, LineCopies } from './lane.js';

/** Entries let go by one call. */
const BATCH = 500;

export class FinalAnswers {
  /** Attempts of this gateway, by the end of their leases, the oldest first. */
  readonly #attempts = new Map<string, { readonly lane: number; readonly untilUs: number }>();
  #copied: string[] = [];

  constructor(
    private readonly lanes: readonly Lane[],
    private readonly line: LineCopies,
  ) {}

  /** An attempt owns its entry until then, in store time of the line. */
  opened(attempt: string, lane: number, untilUs: number, nowUs: number): void {
    this.#attempts.set(attempt, { lane, untilUs });
    for (const [oldest, { untilUs: endUs }] of this.#attempts) {
      if (endUs >= nowUs) break;
      this.#attempts.delete(oldest);
    }
  }

  /** The line has heard of these. Only of an attempt within its lease is it certain that its word counts. */
  settled(events: readonly Settlement[], view: StoreView): void {
    const parts = new Map<number, FinalAnswer[]>();
    for (const event of events) {
      const attempt = this.#attempts.get(event.attempt);
      this.#attempts.delete(event.attempt);
      if (attempt === undefined || attempt.untilUs <= view.nowUs || !isKept(event, view)) continue;
      const part = parts.get(attempt.lane) ?? [];
      parts.set(attempt.lane, part);
      part.push({ entry: event.key, text: event.text, keepMs: event.keepMs });
    }
    for (const [lane, answers] of parts) void this.#copy(this.lanes[lane]!, answers);
  }

  /** What was copied is let go. Where that fails, the line keeps it for as long as it would have without lanes. */
  async letGo(): Promise<void> {
    const entries = this.#copied;
    this.#copied = [];
    for (let from = 0; from < entries.length; from += BATCH) {
      await this.line.letGo(entries.slice(from, from + BATCH)).catch(() => {});
    }
  }

  async #copy(lane: Lane, answers: readonly FinalAnswer[]): Promise<void> {
    const kept = await lane.keep(answers).then(
      () => true,
      () => false,
    );
    if (kept) for (const { entry } of answers) this.#copied.push(entry);
  }
}

/** A grant leaves the line only where its mark stays: whatever becomes of a lane, the line knows who was granted. */
function isKept({ outcome, markMs, generation, era }: Settlement, view: StoreView): boolean {
  if (generation !== view.generation || era !== view.claims.era) return false;
  return outcome === 'rejected' || (outcome === 'granted' && markMs >= 0);
}
