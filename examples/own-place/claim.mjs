/**
 * A claim by somebody who asks the gateway twice, however long the line is: for a place, and when it is called. In between
 * the place is computed from the campaign document, which is the same for everybody and which any cache may serve.
 * `node examples/own-place/claim.mjs <gateway> <cdn> <campaign> <path> <user>`
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const [gateway, cdn, campaign, path, user] = process.argv.slice(2);
const who = { 'x-user-id': user };
const OVER = ['sold-out', 'ended'];

async function ask(method, url, headers = {}) {
  const answer = await fetch(url, { method, headers: { ...who, ...headers }, signal: AbortSignal.timeout(15_000) });
  return { status: answer.status, code: answer.headers.get('spillway-code'), body: await answer.json() };
}

/** Where a joining number stands after lots were drawn: docs/lottery.md says why. */
function drawn(joined, { key, from, to }) {
  if (joined < from || joined > to) return joined;
  const count = to - from + 1;
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const mixed = (round, coordinate) =>
    Number.parseInt(createHash('sha1').update(`${key} ${round} ${coordinate}`).digest('hex').slice(0, 13), 16);
  let at = joined - from;
  do {
    let column = at % columns;
    let row = Math.floor(at / columns);
    for (let round = 1; round <= 8; round += 2) {
      column = (column + mixed(round, row)) % columns;
      row = (row + mixed(round + 1, column)) % rows;
    }
    at = row * columns + column;
  } while (at >= count);
  return from + at;
}

/** Of the campaign document: people ahead and this one; 0: called; null: lots are not drawn yet. */
function positionOf({ number, joinNumber }, { head, lottery }) {
  if (lottery === undefined) return Math.max(0, number - head);
  return lottery.key === null ? null : Math.max(0, drawn(joinNumber ?? number, lottery) - head);
}

/** Waits until the head has reached this place, without a question that is this person's own. */
async function untilCalled(ticket) {
  for (;;) {
    const document = (await ask('GET', `${cdn}/queue/${campaign}/status.json`)).body;
    const position = positionOf(ticket, document);
    if (position === 0 || OVER.includes(document.state) || document.epoch !== ticket.epoch) return;
    const { nearMs, maxMs, shareOfWait } = document.poll;
    const waitMs = position === null ? maxMs : (shareOfWait * position * 1000) / document.callsPerSecond;
    console.log(`${user}: ${position ?? 'not drawn yet'}`);
    // Not at the same moment as everybody else who reads the same document.
    await pause(Math.min(maxMs, Math.max(nearMs, waitMs)) * (0.9 + Math.random() / 10));
  }
}

async function claim() {
  const { epoch } = (await ask('GET', `${cdn}/queue/${campaign}/status.json`)).body;
  const joined = await ask('POST', `${gateway}/queue/${campaign}/tickets`);
  if (joined.code !== null) return joined;
  let ticket = { ...joined.body, epoch };
  for (;;) {
    await untilCalled(ticket);
    const answer = await ask('POST', gateway + path, { 'spillway-ticket': ticket.ticket });
    if (answer.code !== 'QUEUED') return answer;
    // At the door, or behind in the line of those who missed their call: what the answer says goes first.
    ticket = { ...answer.body, epoch };
    await pause(ticket.pollAfterMs);
  }
}

console.log(JSON.stringify(await claim()));
