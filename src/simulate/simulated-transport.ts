/** How the people of a simulation reach their gateways, or the service itself. */
import type { Clock } from '../kernel/clock.js';
import type { Transport } from '../replay/transport.js';
import { DelayLine } from './delay-line.js';
import { grant, over, problem } from './simulated-answers.js';
import type { SimulatedGateway } from './simulated-gateway.js';
import type { SimulatedService } from './simulated-service.js';

export function gatewayTransport(gateways: readonly SimulatedGateway[], clock: Clock, roundTripMs: number): Transport {
  const there = new DelayLine(clock, roundTripMs / 2);
  const back = new DelayLine(clock, roundTripMs / 2);
  return {
    send(target, request, done) {
      there.pass(() => gateways[target]!.handle(request, (reply) => back.pass(() => done(reply))));
    },
    close: async () => undefined,
  };
}

/** Without a gateway: every claim goes to the service, which has no line and knows no tickets. */
export function directTransport(
  service: SimulatedService,
  clock: Clock,
  roundTripMs: number,
  timeoutMs: number,
): Transport {
  const there = new DelayLine(clock, roundTripMs / 2);
  const back = new DelayLine(clock, roundTripMs / 2);
  return {
    send(_, request, done) {
      const claimant = request.headers[1] as string;
      const sentUs = clock.monotonicUs();
      there.pass(() =>
        service.take(claimant, (served) =>
          back.pass(() => {
            const late = clock.monotonicUs() - sentUs > timeoutMs * 1000;
            if (late || served === 'timeout') done({ kind: 'none', error: 'TIMEOUT' });
            else if (served === 'refused' || served === 'lost') done({ kind: 'none', error: 'ECONNRESET' });
            else if (served === 'failed') done(problem(503, 'HTTP_503', null));
            else done(served === 'granted' ? grant(claimant) : over('sold-out'));
          }),
        ),
      );
    },
    close: async () => undefined,
  };
}
