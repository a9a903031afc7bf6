/**
 * Who may use the admin API: bearers of a token whose SHA-256 is configured. Every configured hash is compared, in
 * constant time, so that the time of an answer tells nothing. An address that fails too often is refused for a while
 * whatever it presents, so that guessing stays as slow as intended. @see RFC 6750
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config/schema.js';
import { sendProblem } from './problem.js';

export type Role = 'viewer' | 'operator';
export type AdminTokens = Config['admin']['tokens'];

/** Who is asking; what the audit log names. */
export interface Bearer {
  readonly name: string;
  readonly role: Role;
}

export interface AuthOptions {
  /** Those of the configuration in force. */
  readonly tokens: () => AdminTokens;
  /** Failures one address may have before it is refused. */
  readonly maxFailures?: number;
  /** How long it is refused then, and how long a failure counts, in seconds. */
  readonly blockSeconds?: number;
}

export class AdminAuth {
  readonly #failures: RateLimiterMemory;
  readonly #maxFailures: number;

  constructor(private readonly options: AuthOptions) {
    const { maxFailures = 10, blockSeconds = 60 } = options;
    this.#failures = new RateLimiterMemory({
      points: maxFailures,
      duration: blockSeconds,
      blockDuration: blockSeconds,
    });
    this.#maxFailures = maxFailures;
  }

  /** Lets bearers of this role pass; an operator may do all that a viewer may. */
  require(role: Role): RequestHandler {
    return async (req, res, next) => {
      const address = req.socket.remoteAddress ?? 'unknown';
      const spent = await this.#failures.get(address);
      if (spent !== null && spent.consumedPoints >= this.#maxFailures) return refuseGuessing(res, spent);
      const header = req.headers.authorization;
      const bearer = header === undefined ? null : this.#bearer(header);
      if (bearer === null) {
        if (header !== undefined) await this.#count(address);
        return refuseUnknown(res, header !== undefined);
      }
      if (role === 'operator' && bearer.role !== 'operator') return refuseRole(res, bearer);
      res.locals.bearer = bearer;
      next();
    };
  }

  #bearer(header: string): Bearer | null {
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1];
    if (token === undefined) return null;
    const hash = createHash('sha256').update(token).digest();
    let found: Bearer | null = null;
    for (const { sha256, name, role } of this.options.tokens()) {
      if (timingSafeEqual(Buffer.from(sha256, 'hex'), hash)) found = { name, role };
    }
    return found;
  }

  /** The limiter refuses what goes beyond its points by rejecting; that is counted too, and no fault. */
  async #count(address: string): Promise<void> {
    await this.#failures.consume(address).catch((err: unknown) => {
      if (!(err instanceof RateLimiterRes)) throw err;
    });
  }
}

/** The bearer that `AdminAuth.require` let pass. */
export function bearerOf(res: Response): Bearer {
  return res.locals.bearer as Bearer;
}

function refuseUnknown(res: Response, presented: boolean): void {
  res.set('WWW-Authenticate', `Bearer realm="spillway"${presented ? ', error="invalid_token"' : ''}`);
  const detail = presented
    ? 'The token is not one of those configured under admin.tokens.'
    : 'Send a token of admin.tokens as "Authorization: Bearer <token>".';
  sendProblem(res, { status: 401, code: 'TOKEN_UNKNOWN', title: 'Unauthorized', detail });
}

function refuseRole(res: Response, { name }: Bearer): void {
  res.set('WWW-Authenticate', 'Bearer realm="spillway", error="insufficient_scope"');
  const detail = `The token '${name}' may read; this needs the role operator.`;
  sendProblem(res, { status: 403, code: 'ROLE_INSUFFICIENT', title: 'Forbidden', detail });
}

function refuseGuessing(res: Response, spent: RateLimiterRes): void {
  const seconds = Math.max(1, Math.ceil(spent.msBeforeNext / 1000));
  res.set('Retry-After', String(seconds));
  const detail = `Too many unknown tokens came from this address; try again in ${seconds} s.`;
  sendProblem(res, { status: 429, code: 'TOO_MANY_ATTEMPTS', title: 'Too Many Requests', detail });
}
