/** Signs in, follows the stream of events, and keeps what is shown true. */
import { follow, token } from './api.js';
import { campaignView } from './campaign.js';
import { $, el, show } from './elements.js';
import { WINDOW_SECONDS } from './lines.js';
import { lookUp, refreshAudit, refreshGateways } from './panels.js';
import { duration, truth } from './words.js';

/** Data older than this is not to be trusted. */
const STALE_MS = 2500;
const AGAIN_MS = 1000;
const PANELS_MS = 5000;

let views = new Map();
let history = {};
let operator = false;
let heardMs = 0;
let revisions = '';
let leaving = new AbortController();

function hello({ gateway, version, bearer, history: past }) {
  history = past;
  operator = bearer.role === 'operator';
  views = new Map();
  $('campaigns').replaceChildren();
  show($('who'), `${bearer.name}, ${bearer.role}; gateway ${gateway.slice(0, 6)}, ${version}`);
  $('out').hidden = false;
  $('sign').hidden = true;
  $('board').hidden = false;
  void refreshGateways();
}

function state({ campaigns }) {
  heardMs = performance.now();
  const ids = campaigns.map(({ campaign }) => campaign);
  if (ids.join(' ') !== [...views.keys()].join(' ')) arrange(ids);
  for (const status of campaigns) views.get(status.campaign).update(status);
  const last = Object.fromEntries(ids.map((id) => [id, history[id]?.at(-1)]));
  show($('truth'), truth(campaigns, last));
  const now = campaigns.map(({ revision }) => revision).join(' ');
  if (now !== revisions) void refreshAudit();
  revisions = now;
}

function arrange(ids) {
  views = new Map(ids.map((id) => [id, views.get(id) ?? campaignView(id, operator)]));
  $('campaigns').replaceChildren(...[...views.values()].map(({ element }) => element));
  $('lookup-campaign').replaceChildren(...ids.map((id) => el('option', { value: id }, id)));
  for (const [id, view] of views) view.sampled(history[id] ?? []);
}

function sample(samples) {
  const since = Date.now() / 1000 - WINDOW_SECONDS;
  for (const [id, one] of Object.entries(samples)) {
    history[id] = [...(history[id] ?? []), ...(one === null ? [] : [one])].filter(([at]) => at >= since);
    views.get(id)?.sampled(history[id]);
  }
}

const HEARD = { hello, state, sample };

async function stay() {
  while (token.get() !== null) {
    leaving = new AbortController();
    const status = await follow((name, data) => HEARD[name](data), leaving.signal);
    if (status === 401 || status === 403 || status === 429)
      return signOut(
        status === 429 ? 'Too many unknown tokens came from here; wait a minute.' : 'This token is not known.',
      );
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function signOut(why) {
  token.forget();
  leaving.abort();
  $('sign').hidden = false;
  $('board').hidden = true;
  $('out').hidden = true;
  show($('who'), '');
  show($('truth'), 'Nobody is signed in.');
  show($('refused'), why);
  $('token').focus();
}

/** The age of what is shown is always there to be seen. */
function grow() {
  const ageMs = performance.now() - heardMs;
  const stale = heardMs > 0 && ageMs > STALE_MS;
  document.body.classList.toggle('stale', stale);
  show($('age'), heardMs === 0 ? 'no data yet' : stale ? `data is ${duration(ageMs / 1000)} old` : 'live');
  if (stale && token.get() !== null)
    show($('truth'), `The gateway has not answered for ${duration(ageMs / 1000)}: what stands below is old.`);
}

$('sign').addEventListener('submit', (event) => {
  event.preventDefault();
  token.set($('token').value.trim());
  $('token').value = '';
  show($('refused'), '');
  void stay();
});
$('out').addEventListener('click', () => signOut(''));
$('lookup').addEventListener('submit', lookUp);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const view of views.values()) view.redraw();
});
// What scrolls must be within reach of the keyboard.
for (const id of ['gateways', 'audit']) $(id).tabIndex = 0;
setInterval(grow, 250);
setInterval(() => {
  if (token.get() !== null && !document.hidden && !$('board').hidden) void refreshGateways();
}, PANELS_MS);
if (token.get() !== null) void stay();
