/** One claim, from its first request to its end: asks, waits as told, and asks again. */
import { type ClientClock, pause } from './clock.js';
import type { TicketDocument } from './documents.js';
import type { ClientMemory } from './memory.js';
import type { ClaimOutcome, Progress } from './outcome.js';
import type { Reply } from './reply.js';
import { afterClaim, afterPoll, type Step } from './steps.js';

/**
 * How the line is followed. What stands behind may poll the ticket, compute the place from the campaign document, or
 * read a stream: it answers when there is news, or when it is time to look at the ticket itself.
 */
export interface LineWatch {
  /**
   * The next answer about `place`, not before `dueInMs` have passed.
   * @throws the reason of `signal` when it aborts
   */
  next(place: TicketDocument, dueInMs: number, watch: Watching): Promise<Reply>;
}

export interface Watching {
  readonly signal: AbortSignal;
  /** Called with each wait that begins, for who wants to know. */
  onWait(place: TicketDocument, nextInMs: number): void;
}

export interface ErrandFacts {
  readonly memory: ClientMemory;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly watch: LineWatch;
  /** Sends the claim with the newest ticket and the one key of this claim. */
  readonly sendClaim: (signal: AbortSignal) => Promise<Reply>;
  readonly giveUpAfterFailures: number;
  readonly waitForOpening: boolean;
  readonly onProgress: (progress: Progress) => void;
}

/** A gateway that refuses the tickets it has just issued is broken; nobody should hammer on it. */
const MOST_DROPPED_TICKETS = 5;

export class Errand {
  #failures = 0;
  #dropped = 0;
  /** A claim went out and no answer came: it may have been granted. */
  #mayBeGranted = false;

  constructor(
    private readonly facts: ErrandFacts,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws the reason of the signal when it aborts; nothing else */
  async run(): Promise<ClaimOutcome> {
    let step = this.#resume() ?? (await this.#claim());
    while (step.kind !== 'done') step = await this.#follow(step);
    return step.outcome;
  }

  /** An earlier page of this claimant was told to wait: the rest of that wait comes first. */
  #resume(): Step | null {
    const { place, toldAtMs } = this.facts.memory.recall();
    if (place === null || place.ticket === '' || !(place.pollAfterMs > 0)) return null;
    const goneMs = this.facts.clock.wallMs() - toldAtMs;
    // A wall clock that was set back must not make anybody wait twice.
    const afterMs = goneMs < 0 ? place.pollAfterMs : Math.max(0, place.pollAfterMs - goneMs);
    const comes = place.position === 0 || place.state !== 'waiting';
    return { kind: 'wait', place, afterMs, next: comes ? 'claim' : 'poll' };
  }

  /** Does what `step` says, and returns the one after it. */
  async #follow(step: Exclude<Step, { kind: 'done' }>): Promise<Step> {
    const { onProgress, memory } = this.facts;
    switch (step.kind) {
      case 'wait':
        return this.#wait(step.place, step.afterMs, step.next);
      case 'come':
        onProgress({ kind: 'called', place: step.place });
        return this.#claim();
      case 'drop-ticket':
        memory.remember({ place: null });
        this.#dropped += 1;
        if (this.#dropped > MOST_DROPPED_TICKETS) return this.#giveUp(step.code);
        return this.#later({ kind: 'held-up', code: step.code, nextInMs: step.afterMs });
      case 'not-started':
        if (this.facts.waitForOpening)
          return this.#later({ kind: 'not-started', opensAt: step.opensAt, nextInMs: step.afterMs });
        return {
          kind: 'done',
          outcome: { kind: 'not-started', opensAt: step.opensAt, retryAfterMs: step.afterMs },
        };
      case 'again':
        if (this.#failures >= this.facts.giveUpAfterFailures) return this.#giveUp(step.code);
        return this.#later({ kind: 'held-up', code: step.code, nextInMs: step.afterMs });
    }
  }

  async #wait(place: TicketDocument, afterMs: number, next: 'poll' | 'claim'): Promise<Step> {
    const { onProgress, watch, clock } = this.facts;
    const onWait = (current: TicketDocument, nextInMs: number): void =>
      onProgress({ kind: 'waiting', place: current, nextInMs });
    if (next === 'poll') {
      const reply = await watch.next(place, afterMs, { signal: this.signal, onWait });
      return this.#note(afterPoll(reply, { failures: this.#failures, random: this.facts.random }));
    }
    onWait(place, afterMs);
    await pause(clock, afterMs, this.signal);
    return this.#claim();
  }

  /** The claim again, or the poll where there is a place in line. */
  async #later(progress: Extract<Progress, { nextInMs: number }>): Promise<Step> {
    const { onProgress, clock, memory } = this.facts;
    onProgress(progress);
    await pause(clock, progress.nextInMs, this.signal);
    const { place } = memory.recall();
    if (place === null || place.state !== 'waiting' || place.position === 0) return this.#claim();
    return this.#wait(place, 0, 'poll');
  }

  async #claim(): Promise<Step> {
    const { onProgress, sendClaim, random } = this.facts;
    onProgress({ kind: 'claiming' });
    const reply = await sendClaim(this.signal);
    this.#mayBeGranted = uncertain(reply) || (this.#mayBeGranted && !settled(reply));
    return this.#note(afterClaim(reply, { failures: this.#failures, random }));
  }

  #note(step: Step): Step {
    const { memory, clock } = this.facts;
    if (step.kind === 'wait' || step.kind === 'come') {
      this.#failures = 0;
      memory.remember({ place: step.place, toldAtMs: clock.wallMs() });
    } else if (step.kind === 'again' && step.failed) this.#failures += 1;
    return step;
  }

  #giveUp(code: string): Step {
    return { kind: 'done', outcome: { kind: 'gave-up', code, mayBeGranted: this.#mayBeGranted } };
  }
}

/** Whether the claim may have been handed to the service although its answer is not known. */
function uncertain(reply: Reply): boolean {
  if (reply.kind === 'none') return true;
  if (reply.code === null) return reply.status >= 500 || reply.status === 408;
  return reply.code === 'CLAIM_IN_PROGRESS' || reply.document?.outcome === 'unknown';
}

/** Whether the claim is answered, so that nothing is in doubt any more. */
function settled(reply: Reply): boolean {
  return reply.kind === 'reply' && reply.code === null && reply.status < 500;
}
