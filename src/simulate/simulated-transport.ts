/** How the people of a simulation reach their gateways, or the service itself. */
import type { Clock } from '../kernel/clock.js';
import type { NoReply, Reply } from '../replay/reply.js';
import type { Answered, Outgoing, Transport } from '../replay/transport.js';
import { DelayLine } from './delay-line.js';
import { grant, over, problem } from './simulated-answers.js';
import type { SimulatedGateway } from './simulated-gateway.js';
import type { ServiceAnswer, SimulatedService } from './simulated-service.js';
import { plainNumber, plainTicket } from './simulated-tickets.js';

/** A request on its way there, and its answer on its way back. */
class Trip {
  outUs = 0;
  #reply: Reply | NoReply | null = null;

  constructor(
    private readonly arrive: (trip: Trip) => void,
    private readonly back: DelayLine<Trip>,
    readonly request: Outgoing,
    private readonly done: Answered,
  ) {}

  readonly answer = (reply: Reply | NoReply): void => {
    this.#reply = reply;
    this.back.pass(this);
  };

  out(): void {
    if (this.#reply === null) this.arrive(this);
    else this.done(this.#reply);
  }
}

/**
 * A poll changes nothing at its gateway: it is answered when it is sent, and heard when its way back would be over,
 * so that the many of a long line cost no timers.
 */
export function gatewayTransport(gateways: readonly SimulatedGateway[], clock: Clock, roundTripMs: number): Transport {
  const there = new DelayLine<Trip>(clock, roundTripMs / 2);
  const back = new DelayLine<Trip>(clock, roundTripMs / 2);
  const arrivals = gateways.map((gateway) => (trip: Trip) => gateway.handle(trip.request, trip.answer));
  return {
    glances: {
      laterMs: roundTripMs,
      numberOf: plainNumber,
      ticketOf: plainTicket,
      pollAfterMs: (target, number) => gateways[target]!.glance(number),
    },
    send(target, request, done) {
      if (request.step === 'poll') done(gateways[target]!.poll(request.claimant, request.ticket ?? ''), roundTripMs);
      else there.pass(new Trip(arrivals[target]!, back, request, done));
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
  const there = new DelayLine<Trip>(clock, roundTripMs / 2);
  const back = new DelayLine<Trip>(clock, roundTripMs / 2);
  const take = ({ request, answer }: Trip): void => {
    const { claimant } = request;
    const sentUs = clock.monotonicUs() - roundTripMs * 500;
    service.take(claimant, (served) => {
      const heardUs = clock.monotonicUs() + roundTripMs * 500;
      answer(heardUs - sentUs > timeoutMs * 1000 ? TIMEOUT : directReply(served, claimant));
    });
  };
  return {
    send: (_, request, done) => there.pass(new Trip(take, back, request, done)),
    close: async () => undefined,
  };
}

const TIMEOUT: NoReply = { kind: 'none', error: 'TIMEOUT' };
const RESET: NoReply = { kind: 'none', error: 'ECONNRESET' };

function directReply(served: ServiceAnswer, claimant: string): Reply | NoReply {
  switch (served) {
    case 'granted':
      return grant(claimant);
    case 'sold-out':
      return over('sold-out');
    case 'failed':
      return problem(503, 'HTTP_503', null);
    case 'timeout':
      return TIMEOUT;
    case 'refused':
    case 'lost':
      return RESET;
  }
}
