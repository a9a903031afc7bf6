/** Hands a claim to the simulated service, and tells the rooms how it ended, as the claim route does. */
import type { CampaignRooms } from '../admission/campaign-rooms.js';
import type { Ending, Pass } from '../admission/decision.js';
import { type AttemptEnd, FREE } from '../claims/campaign-claims.js';
import { type Answer, grant, over, problem } from './simulated-answers.js';
import type { ServiceAnswer, SimulatedService } from './simulated-service.js';

const FINAL = { status: 201, headers: [], body: Buffer.alloc(0) } as const;

export class HandOver {
  constructor(
    private readonly rooms: CampaignRooms,
    private readonly service: SimulatedService,
  ) {}

  begin(pass: Pass, claimant: string, answer: Answer): void {
    this.service.take(claimant, (served) => {
      const end = this.#endOf(pass, served);
      if (served === 'sold-out') this.rooms.link.reportSign({ claimant, sign: 'certain' });
      pass.settle(end, () => answer(replyTo(served, claimant)));
      const health = served === 'granted' || served === 'sold-out' ? 'success' : 'dropped';
      if (this.rooms.live.effective.campaign.adaptive.enabled) this.rooms.link.reportHealth(health, 0);
      pass.finish(endingOf(served), health);
    });
  }

  #endOf({ attempt }: Pass, served: ServiceAnswer): AttemptEnd {
    const { claims } = this.rooms;
    if (attempt === null) return FREE;
    if (served === 'granted') return claims.answered(attempt.key, attempt.memo, { kind: 'granted' }, FINAL);
    if (served === 'lost' || served === 'timeout') return claims.failed(attempt.id, attempt.memo, true);
    return FREE;
  }
}

function endingOf(served: ServiceAnswer): Ending {
  return served === 'granted' || served === 'sold-out' ? 'final' : 'open';
}

function replyTo(served: ServiceAnswer, claimant: string): ReturnType<typeof grant> {
  switch (served) {
    case 'granted':
      return grant(claimant);
    case 'sold-out':
      return over('sold-out');
    case 'failed':
      return problem(503, 'HTTP_503', null);
    case 'timeout':
      return problem(504, 'UPSTREAM_TIMEOUT', 1000);
    case 'refused':
    case 'lost':
      return problem(503, 'UPSTREAM_UNAVAILABLE', 1000);
  }
}
