/** The granted claims of a campaign on Redis. */
import type { Script } from '../redis/script.js';
import type { StoreCalls } from '../redis/store-calls.js';
import type { GrantedMarks, MarksPart } from './granted-marks.js';

/** Names of one part: a fraction of a millisecond of Redis. */
const PART = 1000;

export class RedisGrantedMarks implements GrantedMarks {
  /** @param key - of the hash of marks */
  constructor(
    private readonly calls: StoreCalls,
    private readonly script: Script,
    private readonly key: string,
  ) {}

  async read(cursor: string): Promise<MarksPart> {
    const reply = await this.calls.call(this.script, [this.key], [cursor === '' ? '0' : cursor, PART]);
    const [next, pairs] = reply as [string, string[]];
    return { names: pairs.filter((_, at) => at % 2 === 0), next: next === '0' ? '' : next };
  }
}
