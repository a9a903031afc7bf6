/** One campaign: its state, current, configured and limit side by side, three lines, and its controls. */
import { controls } from './controls.js';
import { el, show, table } from './elements.js';
import { PLOTS, sparkline } from './lines.js';
import { printReport } from './panels.js';
import { clock, count } from './words.js';

/** What is now, what the file says, what holds: a row each. */
function measures({ settings, configured, line, claims, slotsInUse }, sample) {
  const [, , offered, admitted] = sample ?? [0, null, null, null];
  const held = (name) =>
    settings[name] === configured[name] ? count(settings[name]) : `${count(settings[name])} (override)`;
  return [
    ['Claims a second', count(admitted), count(configured.ratePerSecond), held('ratePerSecond')],
    ['Offered a second', count(offered), '–', '–'],
    ['People waiting', count(line?.waiting), count(configured.maxWaiting), held('maxWaiting')],
    ['At the service', count(slotsInUse), count(configured.concurrencyLimit), held('concurrencyLimit')],
    ['Called a second', count(line?.callsPerSecond), '–', '–'],
    ['Called and not coming', line === null ? '–' : `${count(line.noShowRatio * 100)} %`, '–', '–'],
    [
      'Granted',
      count(claims?.granted),
      '–',
      claims?.remaining === null ? 'no budget' : `${count(claims?.remaining)} left`,
    ],
  ];
}

export function campaignView(id, operator) {
  const state = el('span', { class: 'state' });
  const when = el('p', {});
  const numbers = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Numbers of ${id}` });
  const plots = PLOTS.map((plot) => sparkline(plot));
  const turns = operator ? controls(id) : null;
  let latest = null;
  let samples = [];
  const report = el('button', { type: 'button', onclick: () => printReport(latest, samples) }, 'Print report');
  const title = el('h2', { id: `title-${id}` }, id, ' ', state);
  const element = el(
    'section',
    { class: 'box campaign', 'aria-labelledby': `title-${id}`, 'data-campaign': id },
    title,
    when,
    numbers,
    el(
      'div',
      { class: 'plots' },
      plots.map(({ figure }) => figure),
    ),
    turns?.element ?? el('p', {}, 'Read only: changing something takes the role operator.'),
    el('p', {}, report),
  );
  return {
    element,
    update(status) {
      latest = status;
      show(state, status.state);
      state.className = `state state-${status.state}`;
      const revert = status.revertsAt === null ? '' : ` · back to what was at ${clock(status.revertsAt)}`;
      show(
        when,
        `Opens ${clock(status.opensAt)} · closes ${clock(status.closesAt)} · settings revision ${status.revision}${revert}`,
      );
      const rows = measures(status, samples.at(-1));
      const text = JSON.stringify(rows);
      if (numbers.dataset.text !== text) {
        numbers.dataset.text = text;
        numbers.replaceChildren(table(['Measure', 'now', 'configured', 'limit in force'], rows, [1, 2, 3]));
      }
      turns?.update(status);
    },
    sampled(all) {
      samples = all;
      for (const plot of plots) plot.update(samples);
    },
    redraw() {
      for (const plot of plots) plot.redraw(samples);
    },
  };
}
