/** Gateways, the audit trail, the look-up of a ticket, and the report on paper. */
import { call } from './api.js';
import { $, el, facts, show, table } from './elements.js';
import { clock, count, duration } from './words.js';

export async function refreshGateways() {
  const { status, said } = await call('GET', '/gateways');
  if (status !== 200) return;
  const rows = said.gateways.map(({ gateway, self, alive, seenMsAgo, slotsInUse }) => [
    self ? `${gateway} (answers here)` : gateway,
    alive ? 'alive' : 'silent',
    seenMsAgo === null ? '–' : `${duration(seenMsAgo / 1000)} ago`,
    Object.entries(slotsInUse)
      .map(([upstream, slots]) => `${upstream}: ${slots}`)
      .join(', ') || '–',
  ]);
  $('gateways').replaceChildren(table(['Gateway', 'State', 'Seen', 'At the service'], rows));
}

const plain = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || '–';

function auditTable(records) {
  const rows = records.map(({ at, who, action, subject, before, after, reason }) => [
    clock(at),
    who,
    `${action} ${subject}`,
    plain(before),
    plain(after),
    reason,
  ]);
  return table(['When', 'Who', 'What', 'Before', 'After', 'Why'], rows);
}

export async function refreshAudit() {
  const { status, said } = await call('GET', '/audit?limit=50');
  if (status !== 200) return;
  const broken = Object.entries(said.chains).filter(([, { kind }]) => kind !== 'intact');
  show(
    $('chains'),
    broken.length === 0 ? 'All logs are as they were written.' : `Altered: ${broken.map(([log]) => log).join(', ')}.`,
  );
  $('audit').replaceChildren(auditTable(said.records));
}

export async function lookUp(event) {
  event.preventDefault();
  const campaign = encodeURIComponent($('lookup-campaign').value);
  const header = $('lookup-by').value === 'ticket' ? 'Spillway-Ticket' : 'Spillway-Claimant';
  const { status, said } = await call('GET', `/campaigns/${campaign}/place`, {
    headers: { [header]: $('lookup-value').value.trim() },
  });
  if (status !== 200) {
    $('found').replaceChildren(el('p', { class: 'bad' }, said.detail));
    return;
  }
  const eta = said.etaSeconds === null ? '–' : `${duration(said.etaSeconds.min)} to ${duration(said.etaSeconds.max)}`;
  $('found').replaceChildren(
    facts([
      ['State', said.state],
      ['Number', count(said.number)],
      ['Position', count(said.position)],
      ['Expected wait', eta],
      ['Missed calls', count(said.missedCalls)],
    ]),
  );
}

/** A campaign on paper: what it was set to, what came of it, and who turned what. */
export async function printReport(status, samples) {
  if (status === null) return;
  const { said } = await call('GET', '/audit?limit=1000');
  const records = (said.records ?? []).filter(({ subject }) => subject === status.campaign);
  const peak = (at) => count(Math.max(0, ...samples.map((sample) => sample[at] ?? 0)));
  const report = el(
    'article',
    { class: 'report' },
    el('h1', {}, `Spillway: ${status.campaign}`),
    el('p', {}, `As of ${clock(status.at)}. Rates and peaks are those of one gateway in its last 15 minutes.`),
    facts([
      ['State', status.state],
      ['Opens, closes', `${clock(status.opensAt)}, ${clock(status.closesAt)}`],
      ['Rate and burst in force', `${count(status.settings.ratePerSecond)}/s, ${count(status.settings.burst)}`],
      ['Rate and burst of the file', `${count(status.configured.ratePerSecond)}/s, ${count(status.configured.burst)}`],
      ['Numbers given out', count(status.line?.tail)],
      ['Numbers called', count(status.line?.head)],
      ['Waiting now', count(status.line?.waiting)],
      ['Most waiting', peak(1)],
      ['Most offered, let through a second', `${peak(2)}, ${peak(3)}`],
      ['Granted', count(status.claims?.granted)],
      ['Left of the budget', count(status.claims?.remaining)],
      ['Outcome not known', count(status.claims?.unknown)],
    ]),
    el('h2', {}, 'What operators did'),
    auditTable(records),
  );
  document.body.append(report);
  document.body.classList.add('printing');
  window.print();
  document.body.classList.remove('printing');
  report.remove();
}
