/**
 * Names of requests, for problem documents, logs and traces. Unique over all gateways: 72 random bits of the
 * process, then a count. They are no secret and prove nothing. Their characters need no escaping in JSON or URLs.
 */
import { randomBytes } from 'node:crypto';

const MAX_GIVEN_CHARS = 128;

export class RequestIds {
  readonly #process: string;
  #count = 0;

  /** @param processId - letters, digits, `-` and `_`; differs between any two processes */
  constructor(processId = randomBytes(9).toString('base64url')) {
    this.#process = `${processId}.`;
  }

  /** A new name. */
  next(): string {
    return this.#process + (this.#count++).toString(36);
  }

  /**
   * The name a proxy in front gave the request, so that its log and ours agree; a new one where it gave none or a
   * bad one. Only for requests of listed proxies: from anybody else a chosen name would pollute the log.
   * @param given - value of `X-Request-Id`
   */
  adopt(given: string | undefined): string {
    return given !== undefined && isPlain(given) ? given : this.next();
  }
}

function isPlain(id: string): boolean {
  if (id.length === 0 || id.length > MAX_GIVEN_CHARS) return false;
  for (let i = 0; i < id.length; i++) {
    const c = id.charCodeAt(i);
    const letterOrDigit = (c >= 0x30 && c <= 0x39) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a);
    if (!letterOrDigit && c !== 0x2d && c !== 0x2e && c !== 0x5f) return false;
  }
  return true;
}
