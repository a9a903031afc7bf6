/**
 * One line for an answered request, under the names that OpenTelemetry has for HTTP. Off unless `log.access` says so,
 * and never more lines a second than `log.accessPerSecond`: in a burst the first of each second are written, and what
 * was left out is counted with the next line. Tickets, claimants, queries, bodies and whole addresses are never written.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
import type { Request } from 'express';
import { wideNetwork } from '../claimant/ip-address.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';

export interface AccessLogSettings {
  /** `errors`: answers with a status of 500 or more, and requests without an answer. */
  readonly access: 'off' | 'errors' | 'all';
  readonly accessPerSecond: number;
}

export interface AccessLogOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: AccessLogSettings;
  readonly dropped: { inc(by?: number): void };
}

const TICKET_PATH = /(\/tickets\/)(?!me$)[^/]+$/;

/** A path, without the ticket that some paths of ours name. */
export function withoutTicket(path: string): string {
  return path.replace(TICKET_PATH, '$1…');
}

export class AccessLog {
  #secondStartUs = 0;
  #written = 0;
  #dropped = 0;
  readonly #logger: Logger;

  constructor(private readonly options: AccessLogOptions) {
    // Nothing that these lines name is a secret. Looking through each for secrets took thirteen times as long as writing it,
    // between the answers of a moment in which all that were handed over together fail together.
    this.#logger = options.logger.child({}, { redact: [], level: 'info' });
  }

  /** @param status - 0: the client was gone before there was one */
  answered(req: Request, status: number, seconds: number): void {
    const { settings } = this.options;
    if (!this.options.logger.isLevelEnabled('info')) return;
    if (settings.access === 'off' || (settings.access === 'errors' && status < 500 && status !== 0)) return;
    if (!this.#hasRoom()) {
      this.#dropped++;
      this.options.dropped.inc();
      return;
    }
    const { facts } = req;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#logger.info(
      {
        'http.request.method': req.method,
        'url.path': withoutTicket(facts.path),
        'http.response.status_code': status === 0 ? undefined : status,
        'http.server.request.duration': Math.round(seconds * 1e6) / 1e6,
        'network.peer.address': wideNetwork(req.socket.remoteAddress ?? ''),
        'spillway.request_id': facts.id,
        'spillway.campaign': facts.campaign === '' ? undefined : facts.campaign,
        'spillway.route': facts.route,
        'spillway.outcome': status === 0 ? 'client_abort' : facts.outcome,
        trace_id: facts.trace?.traceId,
        ...(dropped > 0 ? { 'spillway.lines_dropped': dropped } : {}),
      },
      'A request was answered',
    );
  }

  #hasRoom(): boolean {
    const nowUs = this.options.clock.monotonicUs();
    if (nowUs - this.#secondStartUs >= 1_000_000) {
      this.#secondStartUs = nowUs;
      this.#written = 0;
    }
    return this.#written++ < this.options.settings.accessPerSecond;
  }
}
