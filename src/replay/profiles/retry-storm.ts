import { PLAIN, type Profile } from './profile.js';

/** A steady half of what the service bears, and a service that fails for a while: what comes back is more than what came. */
export const retryStorm: Profile = {
  ...PLAIN,
  name: 'retry-storm',
  summary: 'half the peak all the time; the service fails for 20 s and everybody retries',
  source:
    'Google SRE book, chapter 22: with R retries and a share f of failures, a request becomes (1 − f^(R+1)) / (1 − f)',
  assumptions: 'The failure lasts 20 s of 180; clients repeat without jitter.',
  seconds: 180,
  mix: { retrying: 1 },
  outage: { atSeconds: 60, forSeconds: 20 },
  rate: () => 0.5,
};

/**
 * Requests that one request becomes when a share `failing` of all attempts fails and each client retries `retries`
 * times. @see Google SRE book, chapter 22
 */
export function retryAmplification(failing: number, retries: number): number {
  return failing === 1 ? retries + 1 : (1 - failing ** (retries + 1)) / (1 - failing);
}
