/** Reads what the sample claim service itself saw of a burst. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrival } from '../sample/arrival-log.js';
import type { Faults } from '../sample/faults.js';
import type { ServiceStats } from '../sample/service-stats.js';

export interface Testimony {
  readonly stats: Pick<ServiceStats, 'received' | 'worstSecond' | 'maxInFlight' | 'crashes' | 'grantedTwice'>;
  /** Oldest first. */
  readonly arrivals: Iterable<Arrival>;
}

/** As a service tells it. */
interface Told extends Testimony {
  readonly arrivals: readonly Arrival[];
}

const ATTEMPTS = 10;
const PAUSE_MS = 500;

export class ServiceWitness {
  readonly #url: string;
  #since = 0;
  #grantedBefore = 0;

  /** @param url - origin of the service */
  constructor(url: string) {
    this.#url = url;
  }

  /**
   * What arrives from now on is part of the burst.
   * @throws Error when the service cannot be read
   */
  async begin(): Promise<void> {
    const stats = (await this.#read('/_service/stats')) as ServiceStats;
    this.#since = stats.upTo;
    this.#grantedBefore = stats.granted;
  }

  /** Has the service do wrong, or heals it with none. A service that cannot be told goes on as it does. */
  async setFaults(faults: Partial<Faults>): Promise<void> {
    const { soldOutAfter = null } = faults;
    // The service counts all it ever granted, the burst only its own.
    const body = JSON.stringify(
      soldOutAfter === null ? faults : { ...faults, soldOutAfter: soldOutAfter + this.#grantedBefore },
    );
    const answer = await fetch(`${this.#url}/_service/faults`, { method: 'POST', body }).catch(() => null);
    await answer?.body?.cancel();
  }

  /**
   * A service that fell over is given a few seconds to come back.
   * @throws Error when it does not
   */
  async testify(): Promise<Told> {
    const stats = (await this.#read(`/_service/stats?since=${this.#since}`)) as ServiceStats;
    const { arrivals } = (await this.#read(`/_service/arrivals?since=${this.#since}`)) as Omit<Told, 'stats'>;
    return { stats, arrivals };
  }

  async #read(path: string): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(`${this.#url}${path}`);
        if (answer.ok) return await answer.json();
        throw new Error(`${this.#url}${path} answered ${answer.status}`);
      } catch (cause) {
        if (attempt === ATTEMPTS) throw new Error(`The claim service at ${this.#url} cannot be read`, { cause });
        await sleep(PAUSE_MS);
      }
    }
  }
}
