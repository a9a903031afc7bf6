/**
 * How a device gets its cookie: with its first refusal, so that only who comes back with it gets a number; or, where
 * work is asked for, with the solution of a challenge.
 */
import type { Request, Response } from 'express';
import type { DeviceCookies } from '../claimant/device-cookies.js';
import type { ProofOfWork } from '../claimant/proof-of-work.js';
import type { Random } from '../kernel/random.js';
import { type RequestBody, readSmallBody } from '../proxy/body.js';
import { sendNothing, sendPrivate } from './own-answers.js';
import type { Problem } from './problem.js';
import { retryAfterSeconds } from './retry-after.js';

const WAIT_MS = 1000;
const MOST_BODY_BYTES = 4096;

export class DeviceDesk {
  /**
   * @param work - null: none is asked for
   * @param path - of the challenge
   */
  constructor(
    readonly cookies: DeviceCookies,
    readonly work: ProofOfWork | null,
    readonly path: string,
  ) {}

  /** What is said to a device that has no cookie, or none that counts. */
  refusal(random: Random): Problem {
    const retry = retryAfterSeconds(WAIT_MS, random);
    if (this.work === null) {
      return { code: 'DEVICE_NEEDED', retryAfterSeconds: retry, headers: ['Set-Cookie', this.cookies.mint()] };
    }
    const detail = 'Solve the challenge, post its solution, keep the cookie, and repeat the request.';
    return { code: 'DEVICE_NEEDED', detail, retryAfterSeconds: retry, members: { challenge: this.path } };
  }

  /** Fields for a page that is shown to such a device. */
  pageFields(): readonly string[] {
    return this.work === null ? ['Set-Cookie', this.cookies.mint()] : [];
  }

  async challenge(work: ProofOfWork, res: Response, fields: readonly string[]): Promise<void> {
    sendPrivate(res, { challenge: await work.challenge() }, fields);
  }

  /** Answers a solution that was accepted; otherwise says what is wrong. */
  async redeem(
    work: ProofOfWork,
    req: Request,
    res: Response,
    fields: readonly string[],
    random: Random,
  ): Promise<Problem | null> {
    const body = await bodyOf(req);
    if (body.kind === 'aborted') return null;
    if (body.kind !== 'small') return { code: 'BODY_TOO_LARGE' };
    const redemption = await work.redeem(body.body.toString('utf8'));
    if (redemption.kind === 'busy')
      return { code: 'OVERLOADED', retryAfterSeconds: retryAfterSeconds(WAIT_MS, random) };
    if (redemption.kind === 'refused') {
      return { code: 'REQUEST_INVALID', detail: 'This solves no challenge of this campaign that is still open.' };
    }
    sendNothing(res, ['Set-Cookie', this.cookies.mint(redemption.device), ...fields]);
    return null;
  }
}

function bodyOf(req: Request): Promise<RequestBody> {
  return new Promise((resolve) => readSmallBody(req, MOST_BODY_BYTES, MOST_BODY_BYTES, resolve));
}
