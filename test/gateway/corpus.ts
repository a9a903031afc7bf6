/**
 * Requests that mean harm or are broken, as bytes, each with the answer it gets. All carry the identity of somebody
 * who could claim, so that one that slips through is a claim. `after` of a case is what an attacker hopes will be
 * read as a second request.
 */
export interface HostileCase {
  readonly name: string;
  readonly bytes: string;
  /** Status and code of the only answer. */
  readonly answer: readonly [status: number, code: string];
}

const CLAIM = 'POST /campaigns/lny/claims HTTP/1.1';
const IDENTITY = 'Host: shop.example\r\nX-User-Id: ann\r\n';
/** What a smuggler wants the service to see. */
export const SMUGGLED =
  'POST /campaigns/lny/claims?smuggled HTTP/1.1\r\nHost: a\r\nX-User-Id: eve\r\nContent-Length: 0\r\n\r\n';

const bad: readonly [number, string] = [400, 'REQUEST_INVALID'];

function lines(name: string, fields: string, rest = '', answer = bad): HostileCase {
  return { name, bytes: `${CLAIM}\r\n${IDENTITY}${fields.replaceAll('\n', '\r\n')}\r\n\r\n${rest}`, answer };
}

function target(name: string, path: string, answer = bad): HostileCase {
  return { name, bytes: `POST ${path} HTTP/1.1\r\n${IDENTITY}Content-Length: 0\r\nConnection: close\r\n\r\n`, answer };
}

const chunked = `0\r\n\r\n${SMUGGLED}`;

const framing: readonly HostileCase[] = [
  lines('length and chunks (CL.TE)', 'Content-Length: 6\nTransfer-Encoding: chunked', chunked),
  lines('chunks and length (TE.CL)', 'Transfer-Encoding: chunked\nContent-Length: 4', chunked),
  lines('two lengths that differ', 'Content-Length: 0\nContent-Length: 44', SMUGGLED),
  lines('two lengths that agree', 'Content-Length: 0\nContent-Length: 0', SMUGGLED),
  lines('a list of lengths', 'Content-Length: 0, 0', SMUGGLED),
  lines('a length with a sign', 'Content-Length: +0', SMUGGLED),
  lines('a negative length', 'Content-Length: -1', SMUGGLED),
  lines('a hexadecimal length', 'Content-Length: 0x10', SMUGGLED),
  lines('a length with a letter', 'Content-Length: 1o', SMUGGLED),
  lines('an empty length', 'Content-Length: ', SMUGGLED),
  lines('a length beyond 64 bits', `Content-Length: ${'9'.repeat(30)}`, SMUGGLED),
  lines('an unknown coding', 'Transfer-Encoding: xchunked', chunked),
  lines('identity as coding', 'Transfer-Encoding: identity', chunked),
  lines('chunked twice', 'Transfer-Encoding: chunked\nTransfer-Encoding: chunked', chunked),
  lines('chunked, chunked', 'Transfer-Encoding: chunked, chunked', chunked),
  lines('gzip, chunked', 'Transfer-Encoding: gzip, chunked', chunked),
  lines('chunked, identity', 'Transfer-Encoding: chunked, identity', chunked),
  lines('chunked and identity on two lines', 'Transfer-Encoding: chunked\nTransfer-Encoding: identity', chunked),
  lines('chunked in quotes', 'Transfer-Encoding: "chunked"', chunked),
  lines('chunked with a parameter', 'Transfer-Encoding: chunked;q=1', chunked),
  lines('a coding after a vertical tab', 'Transfer-Encoding: \u000bchunked', chunked),
  lines('a space before the colon', 'Transfer-Encoding : chunked', chunked),
  lines('a tab before the colon', 'Transfer-Encoding\t: chunked', chunked),
  lines('a folded coding', 'Transfer-Encoding:\n chunked', chunked),
  {
    name: 'bare line feeds',
    bytes: `${CLAIM}\n${IDENTITY.replaceAll('\r', '')}Transfer-Encoding: chunked\n\n${chunked}`,
    answer: bad,
  },
  {
    name: 'chunks in HTTP/1.0',
    bytes: `POST /campaigns/lny/claims HTTP/1.0\r\n${IDENTITY}Transfer-Encoding: chunked\r\n\r\n${chunked}`,
    answer: bad,
  },
  { name: 'HTTP/0.9', bytes: 'POST /campaigns/lny/claims\r\n\r\n', answer: bad },
  { name: 'HTTP/2 over clear text', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', answer: bad },
  {
    name: 'HTTP/1.2',
    bytes: `POST /campaigns/lny/claims HTTP/1.2\r\n${IDENTITY}Content-Length: 0\r\n\r\n`,
    answer: bad,
  },
];

const chunk = (body: string) => lines('', 'Transfer-Encoding: chunked', body).bytes;
const chunks: readonly HostileCase[] = [
  ['a size that is no number', 'zz\r\nab\r\n0\r\n\r\n'],
  ['a negative size', '-1\r\nab\r\n0\r\n\r\n'],
  ['a size with 0x', '0x2\r\nab\r\n0\r\n\r\n'],
  ['a size beyond 64 bits', 'fffffffffffffffff\r\nab\r\n0\r\n\r\n'],
  ['a size with a space before it', ' 2\r\nab\r\n0\r\n\r\n'],
  ['more data than its size', '2\r\nabcdef\r\n0\r\n\r\n'],
  ['a bare line feed after the size', '2\nab\r\n0\r\n\r\n'],
  ['a bare line feed after the data', '2\r\nab\n0\r\n\r\n'],
  ['a carriage return in an extension', '2;a\rb\r\nab\r\n0\r\n\r\n'],
].map(([name, body]) => ({ name: `chunk: ${name}`, bytes: chunk(body!), answer: bad }));

const fields: readonly HostileCase[] = [
  { name: 'no Host', bytes: `${CLAIM}\r\nX-User-Id: ann\r\nContent-Length: 0\r\n\r\n`, answer: bad },
  lines('Host twice', 'Host: evil.example\nContent-Length: 0'),
  lines('Host twice, the same', 'Host: shop.example\nContent-Length: 0'),
  { name: 'an empty Host', bytes: `${CLAIM}\r\nHost:\r\nX-User-Id: ann\r\nContent-Length: 0\r\n\r\n`, answer: bad },
  {
    name: 'a Host with a path',
    bytes: `${CLAIM}\r\nHost: a/b\r\nX-User-Id: ann\r\nContent-Length: 0\r\n\r\n`,
    answer: bad,
  },
  {
    name: 'a Host with user information',
    bytes: `${CLAIM}\r\nHost: a@b\r\nX-User-Id: ann\r\nContent-Length: 0\r\n\r\n`,
    answer: bad,
  },
  {
    name: 'a list of Hosts',
    bytes: `${CLAIM}\r\nHost: a, b\r\nX-User-Id: ann\r\nContent-Length: 0\r\n\r\n`,
    answer: bad,
  },
  lines('a NUL in a value', 'X-A: a\u0000b\nContent-Length: 0'),
  lines('a bare carriage return in a value', 'X-A: a\rSpillway-Claimant: eve\nContent-Length: 0'),
  lines('a folded value', 'X-A: a\n Spillway-Claimant: eve\nContent-Length: 0'),
  lines('a space in a name', 'X A: b\nContent-Length: 0'),
  lines('an empty name', ': b\nContent-Length: 0'),
  lines('a line without a colon', 'nonsense\nContent-Length: 0'),
  lines('bytes above ASCII in a name', 'X-\u00e9: b\nContent-Length: 0'),
  {
    name: 'a space before the first field',
    bytes: `${CLAIM}\r\n X-A: b\r\n${IDENTITY}Content-Length: 0\r\n\r\n`,
    answer: bad,
  },
  lines('a header of 17 kB', `X-A: ${'a'.repeat(17_000)}`, '', [431, 'HEADERS_TOO_LARGE']),
  lines('ten thousand fields', Array.from({ length: 10_000 }, (_, at) => `A${at}:`).join('\n'), '', [
    431,
    'HEADERS_TOO_LARGE',
  ]),
  lines('an expectation nobody knows', 'Expect: miracles\nContent-Length: 0\nConnection: close', '', [
    417,
    'EXPECTATION_FAILED',
  ]),
  lines('a body of 2 GB', 'Content-Length: 2000000000\nConnection: close', '', [413, 'BODY_TOO_LARGE']),
  lines('two claimants', 'X-User-Id: eve\nContent-Length: 0\nConnection: close', '', [401, 'CLAIMANT_UNKNOWN']),
];

const targets: readonly HostileCase[] = [
  target('absolute-form', 'http://shop.example/campaigns/lny/claims'),
  target('absolute-form of another host', 'http://evil.example/campaigns/lny/claims'),
  target('authority-form', 'shop.example:80'),
  target('asterisk-form', '*'),
  target('no slash', 'campaigns/lny/claims'),
  target('two slashes before', '//campaigns/lny/claims'),
  target('two slashes within', '/campaigns//lny/claims'),
  target('two slashes after', '/campaigns/lny/claims//'),
  target('a dot segment', '/campaigns/./lny/claims'),
  target('two dots', '/campaigns/lny/x/../claims'),
  target('two dots out of a pass route', '/campaigns/lny/../lny/claims'),
  target('encoded dots', '/campaigns/lny/%2e%2e/lny/claims'),
  target('an encoded slash', '/campaigns/lny%2fclaims'),
  target('an encoded slash, twice', '/campaigns/lny%252fclaims'),
  target('an encoded backslash', '/campaigns/lny%5cclaims'),
  target('a backslash', '/campaigns\\lny\\claims'),
  target('an encoded letter', '/campaigns/lny/%63laims'),
  target('an encoded NUL', '/campaigns/lny/claims%00'),
  target('an encoded line break', '/campaigns/lny/claims%0d%0aX-A:b'),
  target('overlong UTF-8', '/campaigns/lny%c0%afclaims'),
  target('a broken escape', '/campaigns/lny/claims%'),
  target('a matrix parameter', '/campaigns/lny/claims;a=b'),
  target('a fragment', '/campaigns/lny/claims#a'),
  target('bytes above ASCII', '/campaigns/lny/claims\u00e9'),
  target('a target of 9,000 characters', `/${'a'.repeat(9000)}`, [414, 'URI_TOO_LONG']),
  target('another case', '/campaigns/LNY/claims', [404, 'NO_ROUTE']),
  target('a slash at the end', '/campaigns/lny/claims/', [404, 'NO_ROUTE']),
  target('the queue of an object property', '/queue/__proto__/tickets', [404, 'NO_ROUTE']),
  target('the queue of the constructor', '/queue/constructor/tickets', [404, 'NO_ROUTE']),
];

const plain = `${IDENTITY}Content-Length: 0\r\nConnection: close\r\n\r\n`;
const methods: readonly HostileCase[] = [
  { name: 'CONNECT', bytes: `CONNECT shop.example:80 HTTP/1.1\r\n${plain}`, answer: [405, 'METHOD_NOT_ALLOWED'] },
  { name: 'TRACE', bytes: `TRACE /campaigns/lny/claims HTTP/1.1\r\n${plain}`, answer: [405, 'METHOD_NOT_ALLOWED'] },
  { name: 'OPTIONS', bytes: `OPTIONS /campaigns/lny/claims HTTP/1.1\r\n${plain}`, answer: [405, 'METHOD_NOT_ALLOWED'] },
  { name: 'OPTIONS *', bytes: `OPTIONS * HTTP/1.1\r\n${plain}`, answer: bad },
  {
    name: 'GET of a guarded route',
    bytes: `GET /campaigns/lny/claims HTTP/1.1\r\n${plain}`,
    answer: [405, 'METHOD_NOT_ALLOWED'],
  },
  { name: 'a method in small letters', bytes: `post /campaigns/lny/claims HTTP/1.1\r\n${plain}`, answer: bad },
  { name: 'a method nobody knows', bytes: `STEAL /campaigns/lny/claims HTTP/1.1\r\n${plain}`, answer: bad },
  {
    name: 'a method override',
    bytes: `GET /campaigns/lny/claims HTTP/1.1\r\nX-HTTP-Method-Override: POST\r\n${plain}`,
    answer: [405, 'METHOD_NOT_ALLOWED'],
  },
];

export const corpus: readonly HostileCase[] = [...framing, ...chunks, ...fields, ...targets, ...methods];
