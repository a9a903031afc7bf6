/** Numbers and states in words, and the one sentence that says how things are. */

export const count = (value) =>
  value === null || value === undefined ? '–' : value.toLocaleString('en', { maximumFractionDigits: 1 });

export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const units = [
    [Math.floor(whole / 86400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = units.findIndex(([value]) => value > 0);
  if (first < 0) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

export const clock = (iso) => (iso === null ? '–' : new Date(iso).toLocaleString());

const FAILING_SHARE = 0.02;

/** How much a campaign wants somebody's eyes, and why. */
export function plight({ campaign, state, line, settings, storeAnswers }, sample) {
  const waiting = line === null ? 0 : line.waiting;
  const [, , , admitted, failed] = sample ?? [0, 0, 0, 0, 0];
  const people = `${count(waiting)} ${waiting === 1 ? 'person waits' : 'people wait'}`;
  const pace = `${count(admitted)} a second go through here, of ${count(settings.ratePerSecond)} that it is set to`;
  if (!storeAnswers) return { rank: 6, text: `${campaign}: the store does not answer; its outage policy decides.` };
  if (admitted > 0 && failed > admitted * FAILING_SHARE) {
    return {
      rank: 5,
      text: `${campaign}: of ${count(admitted)} claims a second ${count(failed)} fail at the service.`,
    };
  }
  if (state === 'open' && waiting > 0 && admitted === 0 && line.callsPerSecond === 0) {
    return { rank: 4, text: `${campaign}: ${people}, and nobody goes through.` };
  }
  if (state === 'paused') return { rank: 3, text: `${campaign} is paused: ${people}, and keep their places.` };
  if (state === 'open' && waiting > 0) return { rank: 2, text: `${campaign} is open: ${people}; ${pace}.` };
  if (state === 'open') return { rank: 1, text: `${campaign} is open and nobody waits; ${pace}.` };
  return { rank: 0, text: `${campaign} is ${state}.` };
}

/** @param lastSamples - by campaign */
export function truth(campaigns, lastSamples) {
  if (campaigns.length === 0) return 'No campaign is configured.';
  const all = campaigns.map((one) => plight(one, lastSamples[one.campaign])).sort((a, b) => b.rank - a.rank);
  const others = all.length - 1;
  return others === 0 ? all[0].text : `${all[0].text} (${others} more below)`;
}
