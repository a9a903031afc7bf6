/**
 * A claim as an app makes it: plain HTTP, no library, every answer taken care of. Written to be read and carried over into
 * Swift, Kotlin or whatever the app is written in. `node examples/mobile-app/claim.mjs <gateway> <campaign> <path> <user>`
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const [gateway, campaign, path, user] = process.argv.slice(2);
/** Who asks. In an app: `Authorization: Bearer …`. */
const who = { 'x-user-id': user };
/** One key for this claim, however often it is sent. In an app: kept until the claim is answered, over restarts too. */
const idempotencyKey = randomUUID();
/** The newest ticket. In an app: kept beside the key. It may be lost; the place hangs on the person. */
let ticket = null;

/** @returns {{ status: number, code: string | null, body: any, waitMs: number }} code: null when the service itself answers */
async function ask(method, where) {
  const headers = { ...who, ...(ticket === null ? {} : { 'spillway-ticket': ticket }) };
  if (method === 'POST') headers['idempotency-key'] = idempotencyKey;
  for (let failures = 0; ; failures++) {
    try {
      const answer = await fetch(gateway + where, { method, headers, signal: AbortSignal.timeout(15_000) });
      const text = await answer.text();
      const body = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
      const waitMs = body.pollAfterMs ?? 1000 * Number(answer.headers.get('retry-after') ?? 1);
      console.log(`${method} ${where}: ${answer.status} ${answer.headers.get('spillway-code') ?? body.state ?? ''}`);
      return { status: answer.status, code: answer.headers.get('spillway-code'), body, waitMs };
    } catch {
      // No answer at all: the same request again, later each time, and not at the same moment as everybody else.
      console.log(`${method} ${where}: no answer`);
      await pause(Math.min(30_000, 250 * 2 ** failures) * (0.5 + Math.random() / 2));
    }
  }
}

/** Waits in line until it is worth claiming again. */
async function untilCalled(waitMs) {
  for (;;) {
    await pause(waitMs);
    const place = await ask('GET', `/queue/${campaign}/tickets/me`);
    if (place.status !== 200) {
      if (place.status < 500 && place.status !== 429) return; // the claim will say what is the matter
      waitMs = place.waitMs;
      continue;
    }
    ticket = place.body.ticket ?? ticket;
    if (place.body.state !== 'waiting') return;
    waitMs = place.waitMs;
  }
}

async function claim() {
  for (;;) {
    const { status, code, body, waitMs } = await ask('POST', path);
    if (code === null) return { answer: body, granted: status >= 200 && status < 300 };
    switch (code) {
      case 'QUEUED':
        ticket = body.ticket;
        if (body.position === 0) await pause(waitMs);
        else await untilCalled(waitMs);
        break;
      case 'TICKET_INVALID':
      case 'TICKET_OUTDATED':
        ticket = null; // the line was started anew: claim again, without
        break;
      case 'NOT_STARTED':
        await pause(Math.min(waitMs, 3_600_000)); // and show body.opensAt
        break;
      case 'CLAIM_OF_ANOTHER':
        return { refused: code }; // somebody else signed in on this phone has it
      default:
        // Every other code, known or not, goes by its status: these are worth repeating, with the same key.
        if (status < 500 && ![408, 409, 429].includes(status)) return { refused: code };
        await pause(waitMs);
    }
  }
}

console.log(JSON.stringify(await claim()));
