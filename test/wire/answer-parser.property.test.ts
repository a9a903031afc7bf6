/** Whatever is taken for an answer, Node's own client takes for the same one: two readings of an answer are a way in. */
import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Read, readAnswer } from './read-answer.js';

interface NodesReading {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
  readonly complete: boolean;
}

/** What `node:http` makes of the bytes of a connection that ends behind them; null: no answer, or a broken one. */
function nodesReading(bytes: string): Promise<NodesReading | null> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read: () => {},
      write: (_chunk, _encoding, written) => {
        written();
        wire.push(Buffer.from(bytes, 'latin1'));
        wire.push(null);
      },
    });
    const asked = request({ createConnection: () => wire, host: 'x', maxHeaderSize: 32 * 1024 });
    asked.on('error', () => resolve(null));
    asked.on('response', (answer) => {
      let body = '';
      answer.setEncoding('latin1');
      answer.on('data', (text: string) => {
        body += text;
      });
      answer.on('error', () => resolve(null));
      answer.on('close', () => {
        const { statusCode, rawHeaders, complete } = answer;
        resolve({ status: statusCode!, fields: rawHeaders, body, complete });
      });
    });
    asked.end();
  });
}

const oneOf = (...texts: string[]) => fc.constantFrom(...texts);
const lineEnd = fc.oneof(
  { weight: 30, arbitrary: fc.constant('\r\n') },
  oneOf('\n', '\r', '\r\r\n', ' \r\n', '\n\r\n'),
);
const startLine = fc.oneof(
  { weight: 8, arbitrary: fc.constant('HTTP/1.1 200 OK') },
  oneOf('HTTP/1.0 200 OK', 'HTTP/1.1 204 No', 'HTTP/1.1 304 x', 'HTTP/1.1 103 x', 'HTTP/1.1 200', 'HTTP/1.1 200  two'),
  oneOf(
    'HTTP/1.1 2000 x',
    'http/1.1 200 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 999 \xff',
    'HTTP/1.1 205 x',
    ' HTTP/1.1 200',
  ),
);
const name = fc.oneof(
  { weight: 4, arbitrary: oneOf('Content-Length', 'Transfer-Encoding', 'Connection', 'content-length') },
  oneOf('X-A', 'X-B', 'Content-Length ', ' X-A', 'X\tA', 'Content_Length', 'Upgrade', 'Trailer', ''),
);
const value = fc.oneof(
  { weight: 6, arbitrary: oneOf('0', '1', '3', 'chunked', 'close', 'keep-alive') },
  oneOf('03', '+3', '3, 3', '0x3', '3 3', 'Chunked', 'gzip', 'gzip, chunked', 'chunked, chunked', '"chunked"', ''),
  oneOf('\x0b3', '3\0', '3\x7f', 'a\rb', '\xa03', 'chunked;q=1', 'identity', 'upgrade', '18446744073709551617'),
);
const colon = fc.oneof({ weight: 12, arbitrary: fc.constant(': ') }, oneOf(':', ' : ', ':\t', '', ':  '));
const field = fc.tuple(name, colon, value, lineEnd).map((parts) => parts.join(''));
const body = fc.oneof(
  oneOf('', 'a', 'abc', 'abcd'),
  oneOf('0\r\n\r\n', '3\r\nabc\r\n0\r\n\r\n', '1\r\na\r\n2;x=y\r\nbc\r\n0\r\nX-T: 1\r\n\r\n', '3\r\nabc\r\n0\r\n'),
  oneOf(
    '3\nabc\n0\n\n',
    '3 \r\nabc\r\n0\r\n\r\n',
    '3\r\nabcd\r\n0\r\n\r\n',
    '-1\r\n',
    '0x3\r\nabc\r\n0\r\n\r\n',
    '3;\r\nabc\r\n0\r\n\r\n',
  ),
  oneOf(
    '3\r\nabc0\r\n\r\n',
    '03\r\nabc\r\n00\r\n\r\n',
    '3;a\nb\r\nabc\r\n0\r\n\r\n',
    '3\r\nabc\r\n0\r\n\n',
    '3\r\nabc\r\n0;z\r\n\r\n',
  ),
);
const answer = fc
  .tuple(startLine, lineEnd, fc.array(field, { maxLength: 4 }), lineEnd, body)
  .map(([start, end, fields, last, content]) => `${start}${end}${fields.join('')}${last}${content}`);

function isWhole(read: Read): boolean {
  return read.end === 'done' && read.rest === '';
}

describe('AnswerParser beside the parser of Node', () => {
  it('reads nothing that Node reads otherwise', async () => {
    let taken = 0;
    const look = fc.asyncProperty(answer, fc.array(fc.nat(200), { maxLength: 4 }), async (bytes, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, i) => bytes.slice(at[i], end));
      const read = readAnswer(pieces, true);
      expect(read).toEqual({ ...readAnswer([bytes], true), rest: read.rest, fault: read.fault });
      if (!isWhole(read) || read.heads === 0) return;
      taken++;
      const { status, fields, body: text } = read;
      expect({ ...(await nodesReading(bytes)), bytes }).toEqual({ status, fields, body: text, complete: true, bytes });
    });
    await fc.assert(look, { numRuns: 4000 });
    expect(taken).toBeGreaterThan(200);
  }, 60_000);
});
