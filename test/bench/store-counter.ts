/** What a redis-server was asked since a moment, as it counts itself. */
import { Redis } from 'ioredis';

export interface StoreCounts {
  /** Round trips: scripts called. */
  readonly calls: number;
  /** Commands that the scripts ran. */
  readonly commands: number;
}

const ROUND_TRIPS = ['eval', 'evalsha'];
/** The counter's own. */
const OWN = ['info', 'config|resetstat', 'config', 'client|setinfo', 'hello', 'select', 'client'];

export class StoreCounter {
  readonly #redis: Redis;

  constructor(url: string) {
    this.#redis = new Redis(url);
  }

  /** What `act` makes the store do, until nothing is on its way any more. */
  async during(act: () => Promise<unknown>): Promise<StoreCounts> {
    await this.#redis.config('RESETSTAT');
    await act();
    const text = await this.#redis.info('commandstats');
    let calls = 0;
    let commands = 0;
    for (const [, name = '', count] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
      if (ROUND_TRIPS.includes(name)) calls += Number(count);
      else if (!OWN.includes(name)) commands += Number(count);
    }
    return { calls, commands };
  }

  close(): void {
    this.#redis.disconnect();
  }
}
