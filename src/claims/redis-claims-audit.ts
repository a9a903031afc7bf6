/** The audit of a campaign's claims on Redis. Reads in steps: it must not hold up the claims. */
import { MOST_RECORDS } from '../admission/campaign-settings-store.js';
import { STORE_TIME_ORIGIN_MS } from '../admission/exchange.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { RedisArgument, RedisConnection } from '../redis/connection.js';
import { faultOf } from '../redis/faults.js';
import type { CampaignKeys, settingsKeys } from '../redis/keys.js';
import type { Scripts } from '../redis/script.js';
import { erasedAnswer } from './answer-text.js';
import type { AttemptEnd } from './campaign-claims.js';
import type { ClaimsAudit, ClaimsFigures, Erasure, RecordOf, Resolution, UnknownClaim } from './claims-audit.js';
import { parseEntry } from './entry-text.js';

const FIELDS = [
  ...(['epoch', 'tail0', 'tail1', 'head0', 'head1', 'lapsed0', 'lapsed1', 'base0', 'base1'] as const),
  ...([
    'entered',
    'granted',
    'replayed',
    'lostSeen',
    'lostSettled',
    'lostUnknown',
    'losses',
    'confirmed',
    'soldOut',
  ] as const),
];
type Field = (typeof FIELDS)[number];

/** Open entries read at a time. */
const STEP = 500;

export interface RedisClaimsAuditOptions {
  readonly connection: RedisConnection;
  readonly keys: CampaignKeys;
  readonly names: ReturnType<typeof settingsKeys>;
  readonly scripts: Scripts;
  /** Put before the names of entries whose answers lanes keep; none where there are no lanes. */
  readonly laneClaimPrefixes: readonly string[];
}

export class RedisClaimsAudit implements ClaimsAudit {
  readonly #units: string;
  readonly #spent: readonly [string, string];

  constructor(private readonly options: RedisClaimsAuditOptions) {
    const named = (name: string): string => options.keys.fixed.find((key) => key.endsWith(`:${name}`)) as string;
    this.#units = options.names.units;
    this.#spent = [named('spent0'), named('spent1')];
  }

  async figures(): Promise<ClaimsFigures> {
    const { names } = this.options;
    const values = (await this.#send('hmget', [names.line, ...FIELDS])) as Array<string | null>;
    const state = Object.fromEntries(FIELDS.map((name, at) => [name, Number(values[at] ?? 0)])) as Record<
      Field,
      number
    >;
    const gaps = parseGaps((await this.#send('hget', [names.line, 'gaps'])) as string | null);
    const unknown = await this.#count('-inf', `(${await this.#nowUs()}`);
    const open = Number(await this.#send('zcard', [this.#units]));
    let lapsed = 0;
    for (const line of [0, 1] as const) {
      const from = state[`base${line}`] + 1;
      const to = state[`lapsed${line}`];
      if (to < from) continue;
      const spent = await this.#send('bitcount', [this.#spent[line], from, to, 'BIT']);
      lapsed += to - from + 1 - Number(spent) - leftOut(gaps, line, from, to);
    }
    const numbers = (to: 'tail' | 'head'): number =>
      [0, 1].reduce((sum, line) => {
        const from = state[`base${line as 0 | 1}`] + 1;
        const last = state[`${to}${line as 0 | 1}`];
        return sum + last - from + 1 - leftOut(gaps, line, from, last);
      }, 0);
    return {
      epoch: Math.max(1, state.epoch),
      issued: numbers('tail'),
      called: numbers('head'),
      lapsed: Math.max(0, lapsed),
      entered: state.entered,
      granted: state.granted,
      replayed: state.replayed,
      inFlight: open - unknown,
      unknown,
      lost: Math.min(state.lostUnknown, Math.max(0, state.lostSeen - state.lostSettled)),
      losses: state.losses,
      confirmed: state.confirmed,
      soldOut: state.soldOut % 2 === 1,
    };
  }

  async *unknown(): AsyncGenerator<UnknownClaim> {
    const { keys } = this.options;
    const until = `(${await this.#nowUs()}`;
    for (let from = 0; ; from += STEP) {
      const range = [this.#units, '-inf', until, 'WITHSCORES', 'LIMIT', from, STEP];
      const members = (await this.#send('zrangebyscore', range)) as string[];
      for (let at = 0; at < members.length; at += 2) {
        const text = (await this.#send('get', [keys.claimPrefix + members[at]])) as string | null;
        const entry = text === null ? null : parseEntry(text);
        if (entry === null || entry.kind === 'closed' || entry.kind === 'mark') continue;
        yield {
          id: members[at]!,
          attempt: entry.attempt,
          since: new Date(STORE_TIME_ORIGIN_MS + entry.atUs / 1000).toISOString(),
          memo: entry.memo,
        };
      }
      if (members.length < 2 * STEP) return;
    }
  }

  async resolve(id: string, end: AttemptEnd, recordOf: RecordOf): Promise<Resolution> {
    const { keys, names } = this.options;
    const scriptKeys = [names.line, names.units, names.marks, keys.claimPrefix + id, names.audit];
    const said = ['', id, end.outcome, end.text, end.keepMs, end.markMs];
    return (await this.#recorded('resolve', scriptKeys, said, recordOf)) as Resolution;
  }

  async erase(entries: readonly string[], recordOf: RecordOf | null): Promise<Erasure> {
    const { connection, keys, names, scripts, laneClaimPrefixes } = this.options;
    const scriptKeys = [names.line, names.audit, ...entries.map((name) => keys.claimPrefix + name)];
    const look = async (): Promise<Erasure> =>
      (await scripts.get('erase').call(connection, scriptKeys, ['look']).catch(unavailable('erase'))) as Erasure;
    let copies = false;
    if (laneClaimPrefixes.length > 0) {
      if ((await look()) === 'open') return 'open';
      // Before it is written down: what the log calls erased is nowhere any more.
      const all = laneClaimPrefixes.flatMap((prefix) => entries.map((name) => prefix + name));
      for (const key of all) copies = (await this.#eraseCopy(key, recordOf !== null)) || copies;
    }
    const said =
      recordOf === null ? await look() : ((await this.#recorded('erase', scriptKeys, ['erase'], recordOf)) as Erasure);
    return said === 'none' && copies ? 'erased' : said;
  }

  /** A final answer never changes again, so nothing can come between reading and writing it. */
  async #eraseCopy(key: string, write: boolean): Promise<boolean> {
    const text = await this.#send('get', [key]);
    const left = typeof text === 'string' ? erasedAnswer(text) : text;
    if (left === text) return false;
    if (write) await this.#send('set', [key, String(left), 'XX', 'KEEPTTL']);
    return true;
  }

  /** Calls a script that does something and writes it down in the same step, in the next place of the audit log. */
  async #recorded(script: string, scriptKeys: string[], said: RedisArgument[], recordOf: RecordOf): Promise<unknown> {
    const { connection, names, scripts } = this.options;
    for (;;) {
      const [settings, previous] = (await this.#send('hmget', [names.line, 'settings', 'auditHead'])) as [
        string | null,
        string | null,
      ];
      const from = Number(settings ?? 0);
      const { text, hash } = recordOf(from + 1, previous ?? '');
      const args = [...said, from, text, hash, MOST_RECORDS];
      const result = await scripts.get(script).call(connection, scriptKeys, args).catch(unavailable(script));
      // Stale: an operator changed something in between, and has that place.
      if (result !== 'stale') return result;
    }
  }

  #send(name: string, args: RedisArgument[]): Promise<unknown> {
    return this.options.connection.send(name, args).catch(unavailable(name));
  }

  async #count(from: string, to: string): Promise<number> {
    return Number(await this.#send('zcount', [this.#units, from, to]));
  }

  /** The store's own clock, in microseconds as `exchange.lua` counts them. */
  async #nowUs(): Promise<number> {
    const [seconds, micros] = (await this.#send('time', [])) as [string, string];
    return (Number(seconds) * 1000 - STORE_TIME_ORIGIN_MS) * 1000 + Number(micros);
  }
}

/** @throws StoreUnavailableError, unless the call itself was wrong */
function unavailable(operation: string): (fault: unknown) => never {
  return (fault) => {
    throw faultOf(fault) === 'broken' ? fault : new StoreUnavailableError(operation, 0, fault);
  };
}

type Gap = readonly [line: number, from: number, to: number];

function parseGaps(text: string | null): Gap[] {
  return (text ?? '')
    .split(';')
    .filter((row) => row !== '')
    .map((row) => row.split(' ').map(Number) as unknown as Gap);
}

/** Numbers between `from` and `to` that were left out after a loss: nobody ever had them. */
function leftOut(gaps: readonly Gap[], line: number, from: number, to: number): number {
  return gaps.reduce((sum, [of, first, last]) => {
    return of === line ? sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1) : sum;
  }, 0);
}
