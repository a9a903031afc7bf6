/** What an operator may turn. Nothing is turned before its effect was read and confirmed. */
import { call } from './api.js';
import { $, el, show } from './elements.js';

const STATES = [
  { state: 'open', label: 'Open' },
  { state: 'paused', label: 'Pause' },
  { state: 'sold-out', label: 'Sold out' },
  { state: 'ended', label: 'End' },
];
const NUMBERS = [
  ['ratePerSecond', 'Rate, claims a second'],
  ['burst', 'Burst'],
  ['maxWaiting', 'May wait at most'],
  ['concurrencyLimit', 'At the service at once'],
];

/**
 * Shows what a change would do, and makes it when that is confirmed: from the revision that was read, or not at all.
 * @param typed - what has to be typed to confirm; null: nothing
 */
export async function propose({ title, method, path, body, typed = null }) {
  const box = $('confirm');
  const reason = el('input', { id: 'reason', required: true, maxlength: '500', autocomplete: 'off' });
  const word =
    typed === null ? null : el('input', { id: 'typed', required: true, pattern: typed, autocomplete: 'off' });
  const effect = el('ul', { id: 'effect' });
  const said = el('p', { role: 'alert', class: 'bad' });
  const go = el('button', { type: 'submit', disabled: true }, 'Do it');
  const whole = () => ({ ...body, ...(word === null ? {} : { confirm: word.value }), reason: reason.value });
  const seen = await call('GET', path.split('/').slice(0, 3).join('/'));
  const dry = await call(method, `${path}?dryRun=true`, {
    body: { ...body, reason: 'preview', ...(typed === null ? {} : { confirm: typed }) },
  });
  if (dry.status === 200) {
    effect.append(...dry.said.effect.map((sentence) => el('li', {}, sentence)));
    go.disabled = false;
  } else show(said, dry.said.detail);
  const form = el(
    'form',
    {
      onsubmit: async (event) => {
        event.preventDefault();
        go.disabled = true;
        const done = await call(method, path, {
          body: whole(),
          headers: seen.etag === null ? {} : { 'If-Match': seen.etag },
        });
        if (done.status < 300 && done.status > 0) box.close();
        else {
          show(said, done.said.detail);
          go.disabled = false;
        }
      },
    },
    el('h2', { id: 'confirm-title' }, title),
    el('p', {}, 'What will happen:'),
    effect,
    el('label', {}, 'Reason, for the audit log', reason),
    word === null ? null : el('label', {}, `Type ${typed} to confirm`, word),
    said,
    el('p', { class: 'row' }, go, el('button', { type: 'button', onclick: () => box.close() }, 'Leave it')),
  );
  box.replaceChildren(form);
  box.showModal();
  reason.focus();
}

/** The controls of one campaign. */
export function controls(id) {
  const path = `/campaigns/${encodeURIComponent(id)}`;
  const inputs = NUMBERS.map(([name, label]) => {
    const input = el('input', { type: 'number', step: 'any', min: '0', name, size: '8' });
    return { name, input, label: el('label', {}, label, input) };
  });
  const revert = el(
    'select',
    { name: 'revert' },
    [
      ['', 'stays'],
      ['60', 'back after 1 min'],
      ['300', 'back after 5 min'],
      ['900', 'back after 15 min'],
    ].map(([value, text]) => el('option', { value }, text)),
  );
  const change = (title, fields) => {
    const after = revert.value === '' ? {} : { revertAfterSeconds: Number(revert.value) };
    return propose({ title, method: 'PATCH', path, body: { ...fields, ...after } });
  };
  const given = () =>
    Object.fromEntries(
      inputs.filter(({ input }) => input.value !== '').map(({ name, input }) => [name, Number(input.value)]),
    );
  const numbers = el(
    'form',
    {
      class: 'row',
      onsubmit: (event) => {
        event.preventDefault();
        void change(`Change ${id}`, given());
      },
    },
    inputs.map(({ label }) => label),
    el('label', {}, 'For how long', revert),
    el('button', { type: 'submit' }, 'Preview'),
  );
  const buttons = STATES.map(({ state, label }) =>
    el(
      'button',
      {
        type: 'button',
        'data-state': state,
        class: state === 'open' ? 'go' : 'stop',
        onclick: () => change(`${label}: ${id}`, { state }),
      },
      label,
    ),
  );
  const clear = el(
    'button',
    {
      type: 'button',
      onclick: () =>
        propose({ title: `Back to the file: ${id}`, method: 'DELETE', path: `${path}/overrides`, body: {} }),
    },
    'Clear overrides',
  );
  const count = el('input', { type: 'number', min: '1', max: '100000', step: '1', required: true, size: '8' });
  const release = el(
    'form',
    {
      class: 'row',
      'data-deed': 'release',
      onsubmit: (event) => {
        event.preventDefault();
        const body = { count: Number(count.value) };
        void propose({ title: `Call more people: ${id}`, method: 'POST', path: `${path}/release`, body });
      },
    },
    el('label', {}, 'Call so many more, now', count),
    el('button', { type: 'submit' }, 'Preview'),
  );
  const reset = el(
    'button',
    {
      type: 'button',
      class: 'stop',
      onclick: () =>
        propose({ title: `Empty the line of ${id}`, method: 'POST', path: `${path}/reset`, body: {}, typed: id }),
    },
    'Empty the line',
  );
  return {
    element: el(
      'div',
      { class: 'controls' },
      el('h3', {}, 'Controls'),
      el('p', { class: 'row' }, buttons, clear, reset),
      numbers,
      release,
    ),
    update({ settings }) {
      for (const { name, input } of inputs) input.placeholder = String(settings[name] ?? '');
    },
  };
}
