/**
 * The first second of a burst at a gateway that has just begun to listen: people who arrive evenly, each on a connection
 * of their own, claim, wait as they are told, poll, and claim again when they are called.
 */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const PEOPLE_PER_SECOND = 800;
const SECOND_MS = 1000;
const BODY = '{"action":"claim"}';

/** @returns claims granted within the second, and how long the median of them and the slowest poll took, in milliseconds */
export async function firstSecond(port, { claims, queue }) {
  const untilMs = performance.now() + SECOND_MS;
  const seen = { granted: [], slowestPollMs: 0 };
  const visits = [];
  for (let person = 0; person < PEOPLE_PER_SECOND; person++) {
    await until(untilMs - SECOND_MS + (person * SECOND_MS) / PEOPLE_PER_SECOND);
    visits.push(visit({ port, claims, queue, person, untilMs, seen }));
  }
  await Promise.all(visits);
  seen.granted.sort((a, b) => a - b);
  const grantMs = seen.granted[Math.floor(seen.granted.length / 2)] ?? Number.NaN;
  return { granted: seen.granted.length, grantMs, slowestPollMs: seen.slowestPollMs };
}

async function until(atMs) {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) await sleep(waitMs);
}

async function visit({ port, claims, queue, person, untilMs, seen }) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1');
  const ask = (text) => answerOf(socket, text, untilMs);
  const common = `HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-User-Id: first-${person}\r\n`;
  let ticket = '';
  try {
    while (performance.now() < untilMs) {
      const fromMs = performance.now();
      const claim = await ask(`POST ${claims} ${common}${ticket}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
      if (claim.status < 300) return void seen.granted.push(performance.now() - fromMs);
      let place = JSON.parse(claim.body);
      if (place.ticket === undefined) return;
      while (place.position > 0) {
        await sleep(place.pollAfterMs);
        if (performance.now() >= untilMs) return;
        const polledMs = performance.now();
        place = JSON.parse((await ask(`GET ${queue}/tickets/${place.ticket} ${common}\r\n`)).body);
        seen.slowestPollMs = Math.max(seen.slowestPollMs, performance.now() - polledMs);
      }
      ticket = `Spillway-Ticket: ${place.ticket}\r\n`;
    }
  } catch (fault) {
    if (fault !== TOO_LATE) throw fault;
  } finally {
    socket.destroy();
  }
}

const TOO_LATE = Symbol('the second is over');

/** @throws TOO_LATE when it is not there in time */
function answerOf(socket, request, untilMs) {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (act) => {
      clearTimeout(timer);
      socket.off('data', onData).off('error', reject);
      act();
    };
    const timer = setTimeout(() => settle(() => reject(TOO_LATE)), Math.max(0, untilMs - performance.now()));
    const onData = (chunk) => {
      text += chunk;
      const bodyAt = text.indexOf('\r\n\r\n') + 4;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (bodyAt < 4 || text.length < bodyAt + length) return;
      settle(() => resolve({ status: Number(text.slice(9, 12)), body: text.slice(bodyAt) }));
    };
    socket.on('data', onData).on('error', reject);
    socket.write(request, 'latin1');
  });
}
