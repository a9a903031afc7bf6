/**
 * What stands between a client's bytes and a claim, and between the service's and its client, fed with whatever the fuzzer
 * finds to reach new branches: targets, headers, tickets, keys, tokens, cookies, solutions, answers. A fault is an exception, a hang, or one of the properties below.
 */
import { ClientAddresses } from '../dist/claimant/client-address.js';
import { readCookie } from '../dist/claimant/cookie-header.js';
import { SignedCookies } from '../dist/claimant/signed-cookie.js';
import { readIdempotencyKey } from '../dist/claims/idempotency-key.js';
import { judgeRequest } from '../dist/http/hygiene.js';
import { QueuePaths } from '../dist/http/queue-paths.js';
import { judgeTarget } from '../dist/http/request-target.js';
import { endToEndFields } from '../dist/proxy/connection-options.js';
import { requestHeaders } from '../dist/proxy/request-headers.js';
import { Tickets } from '../dist/waiting-room/tickets.js';
import { AnswerParser } from '../dist/wire/answer-parser.js';

const secret = Buffer.alloc(32, 7);
const tickets = new Tickets('lny', [{ id: 'k1', secret }]);
const cookies = new SignedCookies('who', [{ id: 'k1', secret }]);
const addresses = new ClientAddresses(['10.0.0.0/8', '127.0.0.1']);
const paths = new QueuePaths('/queue');
const FACTS = {
  peerAddress: '127.0.0.1',
  clientAddress: '192.0.2.1',
  trusted: false,
  scheme: 'http',
  host: 'shop.example',
  claimant: 'ann',
  campaign: 'lny',
  idempotencyKey: null,
  requestId: 'p3Vb0cRk2n1x.1f',
};

function must(held, what) {
  if (!held) throw new Error(`it does not hold that ${what}`);
}

function target(text) {
  const verdict = judgeTarget(text);
  if (verdict.kind !== 'ok') return;
  const segments = verdict.path.split('/').slice(1).map(decodeURIComponent);
  must(!segments.some((one) => one === '.' || one === '..'), 'a clean path has no dot segment');
  must(
    !segments.some((one) => [...one].some((char) => char < ' ' || char === '/' || char === '\\')),
    'no segment of a clean path holds another path',
  );
  must(new URL(verdict.path, 'http://a').pathname === verdict.path, 'a URL parser reads a clean path as it stands');
  try {
    paths.read(verdict.path);
  } catch (fault) {
    must(fault instanceof URIError, 'only what cannot be decoded is refused by exception');
  }
}

function header(text) {
  const raw = text.split('\n', 12);
  if (raw.length % 2 === 1) raw.push('');
  judgeRequest({ url: '/', httpVersion: '1.1', rawHeaders: raw });
  const out = requestHeaders(raw, FACTS, false, endToEndFields);
  const named = (name) =>
    out.filter((_, at) => at % 2 === 1 && out[at - 1].toLowerCase().replaceAll('_', '-') === name);
  must(named('spillway-claimant').join() === 'ann', 'the service sees one claimant, ours');
  must(named('spillway-campaign').join() === 'lny', 'the service sees one campaign, ours');
  must(named('transfer-encoding').length === 0 && named('connection').length === 0, 'no hop-by-hop field goes on');
}

function identities(text) {
  must(tickets.verify(text) === null, 'no ticket is made by chance');
  must(cookies.read(text, 0).kind === 'unknown', 'no cookie is made by chance');
  readCookie(text, 'who');
  addresses.resolve('127.0.0.1', text);
  readIdempotencyKey(text);
}

/** What the parser makes of pieces of an answer. */
function parsed(pieces) {
  const [told, body] = [[], []];
  const head = (status, reason, fields) => {
    told.push(status, reason, ...fields);
    must(status >= 200 && status <= 999, 'a final answer has a status of three digits');
    must(!/[^\t\x20-\x7e\x80-\xff]/.test(reason + fields.join('')), 'no head holds a control character');
  };
  const data = (bytes) => {
    must(told.length > 0, 'a head comes before its body');
    body.push(bytes.toString('latin1'));
    return true;
  };
  const parser = new AnswerParser({ head, data });
  parser.expect(false);
  let read = 0;
  for (const piece of pieces) if (!parser.isDone) read += parser.read(piece);
  const end = parser.fault !== '' ? 'fault' : parser.isDone || parser.ended() ? 'done' : 'half';
  return JSON.stringify([told, body.join(''), end, end === 'fault' ? 0 : read]);
}

function answer(text) {
  const bytes = Buffer.from(text, 'latin1');
  const whole = parsed([bytes]);
  const half = bytes.length >> 1;
  must(parsed([bytes.subarray(0, half), bytes.subarray(half)]) === whole, 'halves are read as the whole is');
  must(parsed([...bytes].map((byte) => Buffer.of(byte))) === whole, 'bytes one by one are read as the whole is');
}

/** @param bytes - the first says what they are: a target, fields (name and value, a line each), an identity, an answer */
export function fuzz(bytes) {
  const text = bytes.toString('latin1', 1);
  const kinds = [target, header, identities, answer];
  kinds[(bytes[0] ?? 0) % kinds.length](text);
}

export const seeds = [
  '\0/campaigns/lny/claims?a=1',
  '\0/queue/lny/tickets/me',
  '\0/queue/%e4%b8%ad/device',
  '\0/a/%2e%2e/b;c=%3B#x',
  '\x01Host\nshop.example\nConnection\nclose, x-gone\nSpillway_Claimant\neve\nForwarded\nfor=1.2.3.4',
  '\x01Transfer-Encoding\nchunked\nContent-Length\n5\ntraceparent\n00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  `\x02${tickets.issue(1, { line: 0, number: 7, returns: 0 }, 0, 'ann', 1.77e12).slice(0, -1)}x`,
  `\x02${cookies.sign('ann', 2_000_000_000).slice(0, -1)}x`,
  '\x03HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\n\r\nok',
  '\x03HTTP/1.1 103 x\r\n\r\nHTTP/1.0 200\r\nConnection: keep-alive, x\r\nTransfer-Encoding: chunked\r\n\r\n',
  '\x03HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n',
  '\x03HTTP/1.1 404 Not Found\r\nKeep-Alive: timeout=5\r\nConnection: close\r\n\r\nuntil the end',
  '\x02"k-1", [2001:db8::1]:80, 10.0.0.1, 192.0.2.1; who=a; who="b"',
].map((text) => Buffer.from(text, 'latin1'));
