/** Elements without markup in strings: whatever comes from outside is text. */

export const $ = (id) => document.getElementById(id);

/** @param attributes - `on…` are listeners, true and false are given and left out */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Replaces what is in `element` only if it reads otherwise, so that focus and selection stay. */
export function show(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param numeric - which columns are numbers */
export function table(heads, rows, numeric = []) {
  const kind = (at) => (numeric.includes(at) ? 'n' : null);
  const head = heads.map((text, at) => el('th', { scope: 'col', class: kind(at) }, text));
  const body = rows.map((cells) =>
    el(
      'tr',
      {},
      cells.map((cell, at) => el('td', { class: kind(at) }, cell)),
    ),
  );
  return el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, body));
}

export function facts(pairs) {
  return el(
    'dl',
    {},
    pairs.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]),
  );
}
