/** What operators do during a simulated burst: the same overrides as the admin API takes, at moments set beforehand. */
import type { MemorySettingsStore } from '../admission/memory-settings-store.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import { OVERRIDE_NAMES, type Overrides, overridesSchema } from '../config/override-schema.js';
import type { Clock } from '../kernel/clock.js';
import type { PaceChange } from '../replay/pace.js';

export interface ScriptedChange {
  readonly atSeconds: number;
  readonly overrides: Overrides;
}

const FORM = /^(\d+(?:\.\d+)?):(.+)$/;

/**
 * @param text - such as `600:ratePerSecond=800,burst=50` or `900:state=paused`
 * @throws RangeError with a sentence when it is no change
 */
export function parseChange(text: string): ScriptedChange {
  const [, seconds, given] = FORM.exec(text) ?? [];
  if (seconds === undefined || given === undefined) {
    throw new RangeError(`'${text}' is no change; one is 600:ratePerSecond=800`);
  }
  const pairs = given.split(',').map((part) => {
    const [name = '', value = ''] = part.trim().split('=');
    return [name, name === 'state' ? value : Number(value)] as const;
  });
  const overrides = overridesSchema.safeParse(Object.fromEntries(pairs));
  if (overrides.success) return { atSeconds: Number(seconds), overrides: overrides.data };
  const issue = overrides.error.issues[0];
  const what = issue?.path.join('.') || pairs.map(([name]) => name).join(', ');
  throw new RangeError(`'${text}': ${what}: ${issue?.message}; there are ${OVERRIDE_NAMES.join(', ')}`);
}

/** Has the changes made when their time comes, each on top of those before. */
export function schedule(changes: readonly ScriptedChange[], settings: MemorySettingsStore, clock: Clock): void {
  let overrides: Overrides = {};
  for (const change of inOrder(changes)) {
    overrides = { ...overrides, ...change.overrides };
    const text = JSON.stringify(overrides);
    clock.after(change.atSeconds * 1000, () => void amend(settings, text));
  }
}

async function amend(settings: MemorySettingsStore, overrides: string): Promise<void> {
  const { revision, head } = await settings.read();
  await settings.amend({ from: revision, overrides, record: overrides, head, begins: 'nothing', calls: 0 });
}

/** The pace of the door that follows from them; while the campaign is not open it is 0. */
export function paceChanges(changes: readonly ScriptedChange[], { admission }: CampaignConfig): PaceChange[] {
  let overrides: Overrides = {};
  return inOrder(changes).map(({ atSeconds, overrides: more }) => {
    overrides = { ...overrides, ...more };
    const open = overrides.state === undefined || overrides.state === 'open';
    const { ratePerSecond = admission.ratePerSecond, burst = admission.burst } = overrides;
    return { atSeconds, ratePerSecond: open ? ratePerSecond : 0, burst };
  });
}

function inOrder(changes: readonly ScriptedChange[]): ScriptedChange[] {
  return [...changes].sort((a, b) => a.atSeconds - b.atSeconds);
}
