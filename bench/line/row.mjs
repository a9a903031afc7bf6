/** One figure beside its bar. */

const shown = (figure, unit) =>
  `${figure >= 100 ? Math.round(figure).toLocaleString('en') : Number(figure.toPrecision(3))}${unit && ` ${unit}`}`;

export function atMost(what, figure, unit, bar) {
  return { what, measured: shown(figure, unit), bar: `≤ ${shown(bar, unit)}`, holds: figure <= bar };
}

export function atLeast(what, figure, unit, bar) {
  return { what, measured: shown(figure, unit), bar: `≥ ${shown(bar, unit)}`, holds: figure >= bar };
}

/** @param share - of 1 */
export function shareAtLeast(what, share, bar) {
  const percent = (part) => `${Number((part * 100).toFixed(2))} %`;
  return { what, measured: percent(share), bar: `≥ ${percent(bar)}`, holds: share >= bar };
}
