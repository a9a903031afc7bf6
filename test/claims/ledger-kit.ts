/** A campaign store with a ledger, and what it is told of claims. */
import type { ExchangeCall, KnownClaims, Settlement } from '../../src/admission/exchange.js';
import { ask, done, NO_EVENTS, NOTHING_KNOWN, type Open, SETTINGS } from '../admission/stores.js';
import { FakeClock } from '../support/fake-clock.js';

export const LEASE_MS = SETTINGS.claims.leaseMs;

export function claims(changes: Partial<typeof SETTINGS.claims>): Pick<ExchangeCall, 'settings'> {
  return { settings: { ...SETTINGS, claims: { ...SETTINGS.claims, ...changes } } };
}

export const entry = (key: string, attempt: string, repeats = '') => ({ key, attempt, memo: '- -', repeats });

export function ending(key: string, attempt: string, outcome: Settlement['outcome'], more: Partial<Settlement> = {}) {
  const text = { granted: 'g\n-\n201t\n\nok', rejected: 'r\n-\n409t\n\nno', free: '', unknown: `u5 ${attempt} - -` }[
    outcome
  ];
  const settled = {
    key,
    attempt,
    outcome,
    text,
    keepMs: 0,
    markMs: -1,
    counts: true,
    generation: 'gen-1',
    era: 0,
    ...more,
  };
  return { events: { ...NO_EVENTS, settled: [settled] } };
}

export function knowing(known: Partial<KnownClaims>, generation = 'gen-1') {
  return { known: { ...NOTHING_KNOWN, generation, claims: { ...NOTHING_KNOWN.claims, ...known } } };
}

/** A gateway that follows the newest settings. */
export function revised(revision: number): Pick<ExchangeCall, 'settings'> {
  return { settings: { ...SETTINGS, revision } };
}

/** Ledgers for one test after the other; `closeAll` ends those there are. */
export function ledgerKit(openStore: Open) {
  let close = async (): Promise<void> => {};
  const closeAll = async (): Promise<void> => {
    const open = close;
    close = async () => {};
    await open();
  };
  async function opened() {
    const clock = new FakeClock();
    const { store, settings, close: end } = await openStore(clock);
    close = end;
    // A door that nobody knows is an empty one.
    await done(store);
    await clock.advance(1000);
    const claim = async (key: string, attempt: string, more: Partial<ExchangeCall> = {}, repeats = '') => {
      const asked = ask(`c-${key}`, { ledger: entry(key, attempt, repeats) });
      const { results, view } = await done(store, { ...more, asks: [asked] });
      return { result: results[0]!, view };
    };
    return { clock, store, settings, claim };
  }

  return { opened, closeAll };
}
