/** Full load: all subjects of a scenario are up, and are loaded one after the other, in alternating order. */
import { request as httpRequest } from 'node:http';
import { coreBusyUs, LOAD_CORE, SUBJECT_CORE } from '../stand/machine.mjs';
import { cpuUs } from '../stand/processes.mjs';
import { load } from '../stand/wrk.mjs';
import { subjects } from '../subjects/all.mjs';
import { claim, prepare } from './prepare.mjs';

/** Claims of one person beside the load, of whom as many pass as the limit says. */
const PROBES = 12;
const CONNECTIONS = 64;
/**
 * Until V8 has compiled what is hot, on the one core that a subject has for both: a gateway has more of it than a bare
 * server, and takes ten seconds for what it then does for hours. None should pay for it here.
 */
export const warmSecondsOf = (name) => (subjects[name].native ? 1 : 10);
/** Fields that Node adds itself. */
const NODES_OWN = new Set(['date', 'connection', 'keep-alive']);

export async function measureThroughput(scenario, { rounds, seconds, service, redis, names, tell }) {
  const up = new Map();
  let answer = null;
  try {
    for (const name of names) {
      const { request, limits, campaign, windowMs } = scenario;
      const context = { servicePort: service.port, redisPort: redis.port, limits, campaign, windowMs, answer };
      const subject = await subjects[name].start(context);
      up.set(name, { ...subject, request, results: [], base: 0 });
      const one = up.get(name);
      const proxies = subjects[name].limited || name === 'bare-proxy';
      const more = proxies ? await prepare(scenario.prepare, one.port, request, { seconds }) : {};
      one.request = { ...request, ...more };
      if (!proxies) one.request = { ...one.request, ...sameAs(up) };
      answer ??= await captureAnswer(one);
      tell(`${scenario.name}, warming up: ${name}`);
      await round(scenario, name, one, { seconds: warmSecondsOf(name), service });
      one.results = [];
    }
    for (let turn = 0; turn < rounds; turn++) {
      for (const name of turn % 2 === 0 ? names : [...names].reverse()) {
        tell(`${scenario.name}, round ${turn + 1} of ${rounds}: ${name}`);
        await round(scenario, name, up.get(name), { seconds, service });
      }
    }
    return [...up].map(([name, { results }]) => ({ name, title: subjects[name].title, ...medians(results) }));
  } finally {
    for (const one of up.values()) await one.stop();
  }
}

/** Paths that only Spillway gave are asked of the others all the same. */
const sameAs = (up) => ('paths' in [...up.values()][0].request ? { paths: [...up.values()][0].request.paths } : {});

async function round(scenario, name, one, { seconds, service }) {
  const seenBefore = await service.seen();
  const before = { cpu: cpuUs(one.pid), subject: coreBusyUs(SUBJECT_CORE), load: coreBusyUs(LOAD_CORE) };
  const request = { ...one.request, base: one.request.claimant === 'cycle' ? (one.request.base ?? 0) : one.base };
  const beside = scenario.refused !== true && request.method === 'POST' ? probe(one) : null;
  const result = await load(one.port, request, { seconds, connections: CONNECTIONS });
  const used = cpuUs(one.pid) - before.cpu;
  const wallUs = result.seconds * 1e6;
  one.base += result.requests + CONNECTIONS;
  judgeAnswers(scenario, name, result);
  const passed = beside === null ? null : await beside;
  if (scenario.name.startsWith('admitted'))
    judgeLimits(scenario, name, result, passed, (await service.seen()) - seenBefore);
  one.results.push({
    perSecond: result.perSecond,
    cpuUsEach: used / result.requests,
    p50Us: result.p50Us,
    p99Us: result.p99Us,
    subjectShare: used / wallUs,
    othersShare: Math.max(0, (coreBusyUs(SUBJECT_CORE) - before.subject - used) / wallUs),
    loadCoreShare: (coreBusyUs(LOAD_CORE) - before.load) / wallUs,
  });
}

async function probe(one) {
  const person = `probe-${one.base}`;
  let passed = 0;
  for (let i = 0; i < PROBES; i++) if ((await claim(one.port, one.request, person)) < 300) passed++;
  return passed;
}

/**
 * Same work, same answers: a round with other answers than the scenario's is no measurement. Where somebody hammers, a
 * window that begins anew lets as many pass as it says.
 */
function judgeAnswers({ refused = false, name: scenario, limits }, name, result) {
  const wrong = refused ? result.requests - result.refused : result.refused;
  if (wrong > (refused ? limits.perUser : 0))
    throw new Error(`${scenario}: ${name} gave ${wrong} of ${result.requests} answers of the other kind`);
}

function judgeLimits({ name: scenario, limits, ledger }, name, result, passed, reached) {
  // With a ledger, who has been paid is answered again, whatever the limits say.
  const allowed = !subjects[name].limited || ledger ? PROBES : limits.perUser;
  if (!ledger && passed !== allowed) {
    throw new Error(`${scenario}: ${name} let ${passed} of ${PROBES} claims of one person pass, not ${allowed}`);
  }
  if (reached < result.requests) {
    throw new Error(`${scenario}: ${name} answered ${result.requests} claims, and ${reached} reached the service`);
  }
}

/** An answer with all its fields but those that any Node server adds. */
export function captureAnswer({ port, request }) {
  return new Promise((resolve, reject) => {
    const { method } = request;
    const headers = { 'x-user-id': request.claimant === 'hammer' ? 'hammer' : 'u-0000000000' };
    const path = request.path ?? '/queue/lny/tickets/me';
    const asked = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => {
        const fields = [];
        for (let at = 0; at < res.rawHeaders.length; at += 2) {
          if (!NODES_OWN.has(res.rawHeaders[at].toLowerCase())) fields.push(res.rawHeaders[at], res.rawHeaders[at + 1]);
        }
        resolve({ status: res.statusCode, fields, body: Buffer.concat(chunks).toString() });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

function medians(results) {
  const out = {};
  for (const key of Object.keys(results[0])) out[key] = median(results.map((one) => one[key]));
  return { ...out, rounds: results.map(({ perSecond }) => Math.round(perSecond)) };
}

/** What `row` did of `other`'s answers a second: the median over rounds, whose two came within seconds of one another. */
export function shareOf(row, other) {
  return median(row.rounds.map((perSecond, round) => perSecond / other.rounds[round]));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
