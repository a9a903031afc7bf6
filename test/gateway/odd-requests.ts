/** Requests that few send, and that are right, as bytes. */
export const CLAIM = 'POST /campaigns/lny/claims HTTP/1.1\r\nHost: shop.example\r\nX-User-Id: ann\r\n';
export const CLOSE = 'Connection: close\r\n';

/** Odd, and right: what passes, and as what the service sees it. */
export const ODD: ReadonlyArray<readonly [name: string, bytes: string, body: string]> = [
  ['a body in chunks', `${CLAIM}${CLOSE}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`, 'abcde'],
  [
    'chunks with extensions',
    `${CLAIM}${CLOSE}Transfer-Encoding: chunked\r\n\r\n3;a=b;c="d"\r\nabc\r\n0\r\n\r\n`,
    'abc',
  ],
  [
    'trailer fields',
    `${CLAIM}${CLOSE}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nSpillway-Claimant: eve\r\n\r\n`,
    'abc',
  ],
  ['CHUNKED in capitals', `${CLAIM}${CLOSE}Transfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n`, 'x'],
  [
    'a body that looks like a request',
    `${CLAIM}${CLOSE}Content-Length: 27\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`,
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  ['an expectation of 100-continue', `${CLAIM}${CLOSE}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`, '{}'],
  [
    'an upgrade to WebSocket',
    `${CLAIM}Connection: close, Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\n{}`,
    '{}',
  ],
  [
    'an upgrade to HTTP/2',
    `${CLAIM}Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 2\r\n\r\n{}`,
    '{}',
  ],
  ['HTTP/1.0', `${CLAIM.replace('HTTP/1.1', 'HTTP/1.0')}Content-Length: 2\r\n\r\n{}`, '{}'],
  ['bytes above ASCII in a value', `${CLAIM}${CLOSE}X-Name: J\u00fcrgen\r\nContent-Length: 2\r\n\r\n{}`, '{}'],
  ['blanks around values', `${CLAIM}${CLOSE}X-Blank: \t b \t \r\nContent-Length:  2 \r\n\r\n{}`, '{}'],
  ['empty lines before the request', `\r\n\r\n${CLAIM}${CLOSE}Content-Length: 2\r\n\r\n{}`, '{}'],
  [
    'fields of hop-by-hop kind',
    `${CLAIM}Connection: close, X-Gone, TE\r\nX-Gone: 1\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nContent-Length: 2\r\n\r\n{}`,
    '{}',
  ],
];
