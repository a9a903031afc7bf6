/** Takes the stored answer of one claim out of the ledger. What stays is that there was a final one, under its hash. */
import type { RedisConnection } from '../redis/connection.js';
import { packAnswer, unpackAnswer } from './answer-text.js';
import { parseEntry } from './entry-text.js';

export class RedisAnswerEraser {
  /** @param claimPrefix - of the campaign's entries */
  constructor(
    private readonly connection: RedisConnection,
    private readonly claimPrefix: string,
  ) {}

  /**
   * A final entry never changes again, so nothing can come between reading and writing it.
   * @returns whether there was a stored answer
   */
  async erase(entry: string): Promise<boolean> {
    const key = this.claimPrefix + entry;
    const text = await this.connection.send('get', [key]);
    if (typeof text !== 'string' || parseEntry(text)?.kind !== 'closed') return false;
    const erased = packAnswer({ ...unpackAnswer(text), headers: [], body: null });
    return (await this.connection.send('set', [key, erased, 'XX', 'KEEPTTL'])) === 'OK';
  }
}
