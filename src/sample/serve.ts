/** Serves the sample claim service until the process is told to end. */
import { type ClaimService, type ClaimServiceOptions, startClaimService } from './claim-service.js';

/** What a process offers to one that lives in it: how it is told to end. */
export interface EndSignals {
  once(signal: 'SIGTERM' | 'SIGINT', run: () => void): unknown;
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
    void service.stop();
  };
  signals.once('SIGTERM', end);
  signals.once('SIGINT', end);
  announce(`listening ${service.url}`);
  return service;
}
