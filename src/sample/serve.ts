/** Serves the sample claim service until the process is told to end. */
import { type ClaimService, type ClaimServiceOptions, startClaimService } from './claim-service.js';

/** A process's ways of being told to end; a forked one also hears when its parent is gone. */
const ENDS = ['SIGTERM', 'SIGINT', 'disconnect'] as const;

/** What a process offers to one that lives in it. */
export interface EndSignals {
  once(signal: string, run: () => void): unknown;
  off(signal: string, run: () => void): unknown;
}

/**
 * @param announce - receives one line when the service listens, of the form `listening <url>`
 * @throws Error when the port cannot be had
 */
export async function serveClaimService(
  options: ClaimServiceOptions,
  signals: EndSignals,
  announce: (line: string) => void,
): Promise<ClaimService> {
  const service = await startClaimService(options);
  // A service that fell over has no open handle left, and must live to come back.
  const alive = setInterval(() => undefined, 60_000);
  const end = (): void => {
    clearInterval(alive);
    // Also lets go of a parent's channel, which would keep the process.
    for (const signal of ENDS) signals.off(signal, end);
    void service.stop();
  };
  for (const signal of ENDS) signals.once(signal, end);
  announce(`listening ${service.url}`);
  return service;
}
