/**
 * What the page says and shows at one moment: pure, and the same in the gateway and in the browser. These functions
 * are sent to the browser as their own text, so they may use nothing from outside of themselves.
 */
import type { PageTexts } from './texts.js';

export type PageState =
  /** Not open, and no line yet. */
  | 'scheduled'
  /** There is a line, and this person is not in it. */
  | 'open'
  /** In line before the opening. */
  | 'prequeue'
  | 'paused'
  | 'waiting'
  | 'called'
  | 'lapsed'
  | 'claimed'
  | 'left'
  | 'sold-out'
  | 'ended';

export interface Moment {
  readonly state: PageState;
  readonly position: number | null;
  readonly etaSeconds: { readonly min: number; readonly max: number } | null;
  readonly chance: 'likely' | 'unlikely' | null;
  /** ISO 8601. */
  readonly opensAt: string | null;
}

/** Plain text, not escaped; empty where there is nothing to say. */
export interface Wording {
  readonly headline: string;
  readonly explanation: string;
  readonly position: string;
  readonly eta: string;
  readonly note: string;
}

export interface Parts {
  readonly inLine: boolean;
  readonly joins: boolean;
  readonly leaves: boolean;
  readonly goesOn: boolean;
  /** Nothing will change any more. */
  readonly over: boolean;
}

export function pageStateOf(campaignState: string, ticketState: string | null): PageState {
  if (ticketState === 'claimed') return 'claimed';
  if (campaignState === 'sold-out' || campaignState === 'ended') return campaignState;
  if (ticketState === null) return campaignState === 'scheduled' ? 'scheduled' : 'open';
  if (ticketState !== 'waiting') return ticketState as PageState;
  return campaignState === 'prequeue' || campaignState === 'paused' ? campaignState : 'waiting';
}

export function partsOf(state: PageState): Parts {
  const inLine = state === 'waiting' || state === 'prequeue' || state === 'paused';
  const called = state === 'called' || state === 'lapsed';
  return {
    inLine,
    joins: state === 'open' || state === 'left',
    leaves: inLine || called,
    goesOn: called || state === 'claimed',
    over: state === 'claimed' || state === 'left' || state === 'sold-out' || state === 'ended',
  };
}

/** @param timeZone - undefined: the browser's own */
export function wordingOf(moment: Moment, texts: PageTexts, language: string, timeZone?: string): Wording {
  const { state, position, etaSeconds, chance, opensAt } = moment;
  const numbers = new Intl.NumberFormat(language);
  const plurals = new Intl.PluralRules(language);
  const counted = (forms: PageTexts['eta']['minutes'], count: number): string =>
    (forms[plurals.select(count)] ?? forms.other).replace('{count}', () => numbers.format(count));
  const wait = (min: number, max: number): string => {
    if (max <= 60) return texts.eta.underMinute;
    const unit = max > 7200 ? 3600 : 60;
    const forms = unit === 3600 ? texts.eta.hours : texts.eta.minutes;
    const low = Math.floor(min / unit);
    const high = counted(forms, Math.ceil(max / unit));
    if (low < 1) return texts.eta.upTo.replace('{max}', () => high);
    return texts.eta.between.replace('{min}', () => numbers.format(low)).replace('{max}', () => high);
  };
  const instant = (iso: string): string => {
    const time = new Date(iso);
    if (Number.isNaN(time.getTime())) return '';
    const format = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long', timeZone });
    return texts.opensAt.replace('{time}', () => format.format(time));
  };
  const inLine = state === 'waiting' || state === 'prequeue' || state === 'paused';
  const before = state === 'scheduled' || state === 'prequeue';
  return {
    headline: texts.states[state].headline,
    explanation: texts.states[state].explanation,
    position: inLine && position !== null && position > 0 ? numbers.format(position) : '',
    eta: state === 'waiting' && etaSeconds !== null ? wait(etaSeconds.min, etaSeconds.max) : '',
    note: before && opensAt !== null ? instant(opensAt) : inLine && chance === 'unlikely' ? texts.unlikely : '',
  };
}
