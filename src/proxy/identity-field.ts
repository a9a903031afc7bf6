/**
 * The field in which a campaign's clients, or the proxies in front, say who asks. What the service behind sees of it:
 *
 * - from whom may not say so, nothing, on routes beside the line as on guarded ones: the service may believe it there;
 * - no second one in a spelling that a CGI-like server reads as the first (`X_User_Id` beside `X-User-Id`).
 */
import { folded } from './header-fields.js';

export class IdentityField {
  readonly #name: string;
  readonly #folded: string;

  /** @param fromAnybody - false: only listed proxies may say who asks */
  constructor(
    name: string,
    private readonly fromAnybody: boolean,
  ) {
    this.#name = name.toLowerCase();
    this.#folded = folded(this.#name);
  }

  /** @param trusted - whether the field came from a listed proxy */
  lets(name: string, trusted: boolean): boolean {
    if (name.length !== this.#name.length) return true;
    const lower = name.toLowerCase();
    if (lower === this.#name) return trusted || this.fromAnybody;
    return folded(lower) !== this.#folded;
  }
}
