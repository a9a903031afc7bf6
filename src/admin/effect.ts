/** What a change will do, in sentences: what an operator reads before turning something. */
import type { SettingValues } from '../campaign/overrides.js';
import type { CampaignState } from '../campaign/schedule.js';

export interface EffectFacts {
  readonly waiting: number;
  readonly before: { readonly values: SettingValues; readonly state: CampaignState };
  readonly after: { readonly values: SettingValues; readonly state: CampaignState };
}

export function effectOf({ waiting, before, after }: EffectFacts): string[] {
  const said: string[] = [];
  if (after.state !== before.state) said.push(stateSentence(after.state, waiting));
  const paceChanges = after.values.ratePerSecond !== before.values.ratePerSecond || before.state !== 'open';
  if (after.state === 'open' && paceChanges) said.push(paceSentence(waiting, before, after));
  else if (after.values.ratePerSecond !== before.values.ratePerSecond) {
    said.push(`The rate of ${rate(after.values)} holds from when the campaign is open; now it is ${after.state}.`);
  }
  if (after.values.burst !== before.values.burst) {
    said.push(`After a quiet moment ${count(after.values.burst)} claims may go at once.`);
  }
  if (after.values.concurrencyLimit !== before.values.concurrencyLimit) {
    said.push(`Claims enter while fewer than ${count(after.values.concurrencyLimit)} are at the upstream.`);
  }
  if (after.values.maxWaiting !== before.values.maxWaiting) said.push(roomSentence(waiting, after.values.maxWaiting));
  if (after.values.graceMs !== before.values.graceMs) {
    said.push(`Who is called, now or already, may take ${duration(after.values.graceMs / 1000)} to claim.`);
  }
  return said.length > 0 ? said : ['Nothing changes.'];
}

function paceSentence(waiting: number, before: EffectFacts['before'], after: EffectFacts['after']): string {
  const pace = `At ${rate(after.values)}`;
  if (waiting === 0) return `${pace} nobody has to wait as long as fewer come.`;
  const clears = `${pace} the ${count(waiting)} waiting clear in ${clearTime(waiting, after.values)}`;
  return before.state === 'open' ? `${clears}, instead of ${clearTime(waiting, before.values)}.` : `${clears}.`;
}

function clearTime(waiting: number, { ratePerSecond }: SettingValues): string {
  return duration(waiting / ratePerSecond);
}

function stateSentence(state: CampaignState, waiting: number): string {
  const people = `those who wait (${count(waiting)})`;
  switch (state) {
    case 'open':
      return 'Claims are handed over.';
    case 'paused':
      return `No claim is handed over; ${people} keep their places, and nobody's call lapses meanwhile.`;
    case 'sold-out':
      return `No claim is handed over; ${people} are told SOLD_OUT at their next poll.`;
    case 'ended':
      return `No claim is handed over; ${people} are told ENDED at their next poll.`;
    case 'prequeue':
      return `No claim is handed over before the opening; ${people} keep their places.`;
    case 'scheduled':
      return 'Claims are answered NOT_STARTED until the opening.';
  }
}

function roomSentence(waiting: number, maxWaiting: number): string {
  const room = `At most ${count(maxWaiting)} may wait; who comes beyond is told QUEUE_FULL.`;
  return waiting <= maxWaiting ? room : `${room} Those who wait (${count(waiting)}) keep their places.`;
}

function rate({ ratePerSecond }: SettingValues): string {
  return `${count(ratePerSecond)}/s`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

/** Whole seconds, rounded up, in the two largest units that are not zero: "3 min 20 s". */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const units: ReadonlyArray<readonly [number, string]> = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = units.findIndex(([value]) => value > 0);
  if (first < 0) return '0 s';
  const shown = units.slice(first, first + 2).filter(([value]) => value > 0);
  return shown.map(([value, unit]) => `${count(value)} ${unit}`).join(' ');
}
