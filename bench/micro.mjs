/**
 * The pure parts of a request, one by one: nanoseconds of processor time each, so that a regression can be placed.
 * Needs `npm run build`. `node bench/micro.mjs [--only NAME] [--rounds 5] [--json]`
 */
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CLAIMS, configFor, room } from './subjects/spillway.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const [{ composeGateway }, { loadConfig }, { systemClock }, { createLogger }] = await Promise.all(
  ['compose/gateway.js', 'config/load.js', 'kernel/clock.js', 'kernel/logger.js'].map(room),
);
const [{ RouteMatcher }, { judgeRequest }, { sendProblem }, { requestHeaders }, { responseHeaders }] =
  await Promise.all(
    [
      'campaign/routes.js',
      'http/hygiene.js',
      'http/problem.js',
      'proxy/request-headers.js',
      'proxy/response-headers.js',
    ].map(room),
  );
const { AnswerParser } = await room('wire/answer-parser.js');
const { requestHead } = await room('wire/request-text.js');
const { QueuePaths } = await room('http/queue-paths.js');
const { documentOf } = await room('http/ticket-answers.js');

const WARM = 20_000;
const CLAIMS_A_TURN = 50;
const limits = { perUser: 5, perAddress: 1_000_000 };
const text = configFor({ port: 0, adminPort: 0, servicePort: 1, limits }, 'memory');
const loaded = loadConfig({ file: 'bench', text, env: {} });
const logger = createLogger('silent');
const gateway = await composeGateway({ loaded, clock: systemClock, random: Math.random, logger, version: 'bench' });
const { context } = gateway.campaigns.get('lny');
const { tickets, admission, hasher } = context;

const RAW = [
  ...['Host', '127.0.0.1:8080', 'User-Agent', 'shop-app/5.1', 'Accept', 'application/json', 'Accept-Encoding', 'gzip'],
  ...['Content-Type', 'application/json', 'Content-Length', '31', 'X-User-Id', 'u-1', 'Authorization', 'Bearer abc'],
  ...['Cookie', 'a=b; c=d', 'X-App-Build', '771', 'Connection', 'keep-alive'],
];
const FACTS = {
  ...{ peerAddress: '::ffff:127.0.0.1', clientAddress: '127.0.0.1', trusted: false, scheme: 'http' },
  ...{ host: '127.0.0.1:8080', claimant: 'u-123456', campaign: 'lny', idempotencyKey: null, requestId: 'abc.1' },
};
const ANSWER_FIELDS = [
  ...['Content-Type', 'application/json', 'Content-Length', '42', 'Date', 'Mon, 01 Jan 2026 00:00:00 GMT'],
  ...['Server', 'x'],
];
const ANSWER_HEAD = ANSWER_FIELDS.map((part, at) => `${part}${at % 2 === 0 ? ': ' : '\r\n'}`).join('');
const ANSWER = Buffer.from(`HTTP/1.1 201 Created\r\n${ANSWER_HEAD}\r\n${'x'.repeat(42)}`);
const parser = new AnswerParser({ head: () => {}, data: () => true });
function parse() {
  parser.expect(false);
  parser.read(ANSWER);
}

const place = (number) => ({ line: 0, number, returns: 0 });
const issue = (n) => tickets.issue(1, place(n), 0, `u-${n}`, 1_770_000_000_000);
const known = issue(1);
const reading = { kind: 'ticket', text: known, ticket: tickets.verify(known) };
const unread = Array.from({ length: 400_000 }, (_, n) => issue(n + 10));
const matcher = new RouteMatcher([context]);
const paths = new QueuePaths('/queue');
const request = { url: CLAIMS, httpVersion: '1.1', rawHeaders: RAW };
const response = { headersSent: false, writeHead() {}, end() {} };
const ticketPath = `/queue/lny/tickets/${known}`;
let serial = 0;

/** name: [operations a round, one operation]; a number beyond the first names a set of its own. */
const parts = {
  'hygiene: judge a request': [300_000, () => judgeRequest(request)],
  'route: match a claim': [500_000, () => matcher.match('POST', CLAIMS)],
  'route: read a path of the line': [500_000, () => paths.read(ticketPath)],
  'claimant: hash, new': [100_000, () => hasher.hash(`new-${serial++}`)],
  'claimant: hash, known': [500_000, () => hasher.hash('u-1')],
  'ticket: issue': [50_000, () => issue(serial++)],
  'ticket: verify, new': [40_000, () => tickets.verify(unread[serial++ % unread.length])],
  'ticket: verify, known': [500_000, () => tickets.verify(known)],
  'ticket: document': [200_000, () => documentOf(context, place(1), reading, null, Math.random)],
  'ticket: document as JSON': [
    200_000,
    () => JSON.stringify(documentOf(context, place(1), reading, null, Math.random)),
  ],
  'headers: request, 11 fields': [300_000, () => requestHeaders(RAW, FACTS, false, context.protectedFields)],
  'headers: response, 4 fields': [500_000, () => responseHeaders(ANSWER_FIELDS, 200)],
  'answer: parsed, 4 fields': [300_000, parse],
  'request: head, 11 fields': [300_000, () => requestHead({ method: 'POST', path: '/c', headers: RAW }, 'a:1', 31)],
  'problem document': [300_000, () => sendProblem(response, 'abc.1', { code: 'OVERLOADED', retryAfterSeconds: 2 })],
  'claim: decision, embedded store': [50_000, null],
};

/** Claims of one turn at a time, each decided and finished. */
async function decide(count) {
  for (let done = 0; done < count; done += CLAIMS_A_TURN) {
    let open = CLAIMS_A_TURN;
    for (let i = 0; i < CLAIMS_A_TURN; i++) {
      const claimant = `c${serial++}`;
      const ask = {
        claimant,
        place: null,
        toldMs: 0,
        buckets: [`per-user:${claimant}`, 'per-address:a'],
        ledger: null,
      };
      admission.claim(ask, (decision) => {
        if (decision.kind !== 'admit') throw new Error(`A claim was not admitted: ${decision.kind}`);
        open--;
        decision.pass.finish('final');
      });
    }
    while (open > 0) await turn();
  }
}

async function timed(count, operation) {
  const before = process.cpuUsage();
  if (operation === null) await decide(count);
  else for (let n = 0; n < count; n++) operation();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / count;
}

const results = {};
for (const [name, [count, operation]] of Object.entries(parts)) {
  if (!name.includes(values.only)) continue;
  await timed(WARM, operation);
  const each = [];
  for (let round = 0; round < Number(values.rounds); round++) each.push(await timed(count, operation));
  each.sort((a, b) => a - b);
  results[name] = Math.round(each[each.length >> 1]);
  if (!values.json) console.log(`${String(results[name]).padStart(7)} ns  ${name}`);
}
if (values.json) console.log(JSON.stringify(results, null, 2));
await gateway.stop();
