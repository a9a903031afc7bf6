const data = JSON.parse(document.getElementById('data').textContent);
const { texts, language, urls } = data;
const at = (id) => document.getElementById(id);
const TERSE_MS = 30000;
const CAMPAIGN_MS = 15000;
let { ticket, campaign } = data;
let state = pageStateOf(campaign.state, ticket?.state ?? null);
let said = { position: ticket?.position ?? null, atMs: performance.now() };
let campaignAtMs = performance.now();
let failures = 0;
let timer = 0;
let dueMs = 0;
let leaving = false;

function put(id, text) {
  at(id).textContent = text;
  const part = at(`${id}-part`);
  if (part) part.hidden = text === '';
}

function show() {
  const now = pageStateOf(campaign.state, ticket?.state ?? null);
  const moment = { position: null, etaSeconds: null, chance: null, ...ticket, state: now, opensAt: campaign.opensAt };
  const words = wordingOf(moment, texts, language);
  const parts = partsOf(now);
  for (const id of ['headline', 'explanation', 'position', 'eta', 'note']) put(id, words[id]);
  at('figures').hidden = words.position === '' && words.eta === '';
  at('keep').hidden = !parts.inLine;
  for (const id of ['joins', 'leaves', 'goesOn']) if (at(id)) at(id).hidden = !parts[id];
  document.title = [words.headline, campaign.name].join(' · ');
  announce(now, words, moment.position);
  if (now !== state) {
    state = now;
    if (now === 'called') called();
  }
}

function announce(now, words, position) {
  if (now !== state) at(now === 'called' ? 'alarm' : 'said').textContent = `${words.headline}. ${words.explanation}`;
  else {
    const half = position !== null && (said.position === null || position <= said.position / 2);
    if (words.position === '' || !half || performance.now() - said.atMs < TERSE_MS) return;
    const eta = words.eta && `, ${texts.etaLabel}: ${words.eta}`;
    at('said').textContent = `${texts.positionLabel}: ${words.position}${eta}`;
  }
  said = { position, atMs: performance.now() };
}

function called() {
  if (data.continuesByItself && urls.next) setTimeout(() => location.assign(urls.next), 1500);
}

function later(ms) {
  clearTimeout(timer);
  dueMs = performance.now() + ms;
  timer = setTimeout(tick, ms);
}

function tick() {
  const leftMs = dueMs - performance.now();
  if (leftMs > 0) timer = setTimeout(tick, leftMs);
  else void ask();
}

async function get(url, headers) {
  const response = await fetch(url, { headers: { accept: 'application/json', ...headers } });
  const document = await response.json();
  if (response.ok) return document;
  const waitMs = Number(response.headers.get('retry-after')) * 1000 || 0;
  throw Object.assign(new Error(document.title), { code: document.code, waitMs });
}

async function ask() {
  try {
    if (!ticket || performance.now() - campaignAtMs >= CAMPAIGN_MS) {
      campaign = { ...campaign, ...(await get(urls.status)), name: campaign.name };
      campaignAtMs = performance.now();
    }
    if (ticket) ticket = { ...ticket, ...(await get(urls.ticket, { 'spillway-ticket': ticket.ticket })) };
    answered();
  } catch (error) {
    failed(error);
  }
}

function answered() {
  if (leaving) return;
  failures = 0;
  put('lost', '');
  const before = state;
  show();
  if (!ticket && state !== before) location.reload();
  else if (!partsOf(state).over) later(ticket ? Math.max(ticket.pollAfterMs, 100) : data.askAgainMs);
}

function failed({ code = '', waitMs = 0 }) {
  failures += 1;
  const backoffMs = Math.min(30000, 500 * 2 ** failures) * (0.5 + 0.5 * Math.random());
  if (/^TICKET_/.test(code)) setTimeout(() => location.reload(), Math.max(waitMs, 1000 + backoffMs));
  else if (code === 'SOLD_OUT' || code === 'ENDED') {
    campaign = { ...campaign, state: code === 'ENDED' ? 'ended' : 'sold-out' };
    show();
  } else {
    if (failures === 2) {
      put('lost', texts.connectionLost);
      at('said').textContent = texts.connectionLost;
    }
    later(Math.max(waitMs, backoffMs));
  }
}

if (at('leaves'))
  at('leaves').addEventListener('submit', async (event) => {
    event.preventDefault();
    leaving = true;
    clearTimeout(timer);
    const headers = ticket ? { 'spillway-ticket': ticket.ticket } : {};
    const response = await fetch(urls.ticket, { method: 'DELETE', headers }).catch(() => null);
    if (response?.status !== 204) return event.target.submit();
    ticket = { ...ticket, state: 'left' };
    show();
    at('main').focus();
  });

at('refreshes').hidden = true;
show();
if (state === 'called') called();
if (!partsOf(state).over) later(data.waitMs);
