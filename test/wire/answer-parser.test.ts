import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AnswerParser } from '../../src/wire/answer-parser.js';
import { readAnswer } from './read-answer.js';

const OK = 'HTTP/1.1 200 OK\r\n';

describe('AnswerParser', () => {
  it.each([
    ['a length', `${OK}Content-Length: 2\r\n\r\nab`, 'ab'],
    ['no body', `${OK}Content-Length: 0\r\n\r\n`, ''],
    ['a length in small letters, blanks around it', `${OK}content-length: \t 2 \t\r\n\r\nab`, 'ab'],
    ['chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`, 'abc'],
    [
      'chunks with zeros, capitals and extensions',
      `${OK}Transfer-Encoding: Chunked\r\n\r\n00A;x="1"\r\n0123456789\r\n0;y\r\n\r\n`,
      '0123456789',
    ],
    ['trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\nX-U: 2\r\n\r\n`, 'a'],
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', ''],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n', ''],
    [
      'early hints before',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${OK}Content-Length: 1\r\n\r\na`,
      'a',
    ],
    ['no reason', 'HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na', 'a'],
    ['no fields but its length', 'HTTP/1.1 200 \r\nContent-Length:1\r\n\r\na', 'a'],
  ])('reads an answer with %s, however it is cut up', (_, bytes, body) => {
    const whole = readAnswer([`${bytes}!`]);
    expect(whole).toMatchObject({ heads: 1, body, end: 'done', keeps: true, rest: '!' });
    expect(readAnswer([...bytes, '!'])).toEqual(whole);
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(readAnswer([bytes.slice(0, cut), `${bytes.slice(cut)}!`])).toEqual(whole);
      expect(readAnswer([bytes.slice(0, cut)]).end).toBe('open');
    }
  });

  it('keeps status, reason, names and values as they came', () => {
    const read = readAnswer(
      ['HTTP/1.1 599 caf\xe9 (no)\r\nX-a:  b\tc \r\nSet-Cookie: a\r\nset-cookie: \xff\r\nE:\r\n\r\n'],
      true,
    );
    expect(read).toMatchObject({
      status: 599,
      reason: 'caf\xe9 (no)',
      fields: ['X-a', 'b\tc', 'Set-Cookie', 'a', 'set-cookie', '\xff', 'E', ''],
    });
  });

  it('goes by the names of fields, not by how long they are', () => {
    const others = ['Set-Cookie: timeout=9', 'Content-Digest: 5', 'X-Transfer-Encode: gzip', 'X-Blank: \t '];
    const parser = new AnswerParser({
      head: (_status, _reason, fields) => expect(fields.at(-1)).toBe(''),
      data: () => true,
    });
    parser.expect(false);
    parser.read(Buffer.from(`${OK}Content-Length: 0\r\n${others.join('\r\n')}\r\n\r\n`));
    expect(parser).toMatchObject({ isDone: true, fault: '', idleSeconds: -1, keepsConnection: true });
  });

  it('reads to the end of the connection where nothing says how long it is', () => {
    const bytes = `${OK}X-A: 1\r\n\r\nuntil the end`;
    expect(readAnswer([bytes])).toMatchObject({ body: 'until the end', end: 'open', keeps: false });
    expect(readAnswer([bytes], true)).toMatchObject({ body: 'until the end', end: 'done', keeps: false });
    expect(readAnswer([`${OK}Content-Length: 5\r\n\r\nabc`], true)).toMatchObject({ end: 'open' });
  });

  it('takes no body of an answer to HEAD, and lets its connection go', () => {
    expect(readAnswer([`${OK}Content-Length: 5\r\n\r\n`], false, true)).toMatchObject({ end: 'done', keeps: false });
    expect(readAnswer([`${OK}Transfer-Encoding: chunked\r\n\r\n`], false, true)).toMatchObject({ end: 'done' });
  });

  it.each([
    ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n'],
    ['204 with chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['304 with chunks', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ])('takes no body of %s, and lets its connection go', (_, bytes) => {
    expect(readAnswer([bytes])).toMatchObject({ end: 'done', body: '', keeps: false });
  });

  it.each([
    ['HTTP/1.1', '', true],
    ['HTTP/1.1', 'Connection: close', false],
    ['HTTP/1.1', 'Connection: X-A , CLOSE', false],
    ['HTTP/1.1', 'connection: keep-alive', true],
    ['HTTP/1.0', '', false],
    ['HTTP/1.0', 'Connection: keep-alive', true],
    ['HTTP/1.0', 'Connection: x, Keep-Alive', true],
    ['HTTP/1.1', 'Connection: close\r\nConnection: keep-alive', false],
    ['HTTP/1.0', 'Connection: keep-alive\r\nConnection: close', false],
    ['HTTP/1.0', 'Connection: keep-alive, close', false],
  ])('knows of %s with "%s" whether its connection is kept', (version, field, keeps) => {
    const line = field === '' ? '' : `${field}\r\n`;
    expect(readAnswer([`${version} 200 OK\r\n${line}Content-Length: 0\r\n\r\n`])).toMatchObject({ end: 'done', keeps });
  });

  it('keeps no connection of HTTP/1.0 that speaks of chunks', () => {
    const bytes = 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(readAnswer([bytes])).toMatchObject({ end: 'done', keeps: false });
  });

  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 No\r\n\r\n'],
    ['a bare LF in its first line', 'HTTP/1.1 200 O\nK\r\n\r\n'],
    ['a bare CR in its first line', 'HTTP/1.1 200 O\rK\r\n\r\n'],
    ['lines that end without CR', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
    ['an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['a control character in a value', `${OK}X-A: a\x01b\r\n\r\n`],
    ['a bare CR in a value', `${OK}X-A: a\rSet-Cookie: b=1\r\n\r\n`],
    ['a bare LF in a value', `${OK}X-A: a\nSet-Cookie: b=1\r\n\r\n`],
    ['a NUL in a value', `${OK}X-A: a\0\r\n\r\n`],
    ['a DEL in a value', `${OK}X-A: a\x7f\r\n\r\n`],
    ['a name with a blank in it', `${OK}X A: 1\r\n\r\n`],
    ['a name with a blank behind it', `${OK}Content-Length : 1\r\n\r\n`],
    ['an empty name', `${OK}: 1\r\n\r\n`],
    ['early hints with a bare LF', `HTTP/1.1 103 x\r\nX-A: a\nb\r\n\r\n`],
    ['a line without a colon', `${OK}Content-Length\r\n\r\n`],
    ['a continued line', `${OK}X-A: a\r\n b\r\n\r\n`],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 1\r\n\r\n`],
    ['a list of lengths', `${OK}Content-Length: 1, 1\r\n\r\n`],
    ['a negative length', `${OK}Content-Length: -1\r\n\r\n`],
    ['a length with a sign', `${OK}Content-Length: +1\r\n\r\n`],
    ['an empty length', `${OK}Content-Length:\r\n\r\n`],
    ['a length beyond all bounds', `${OK}Content-Length: 9999999999999999\r\n\r\n`],
    ['length and chunks', `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['chunks and length', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`],
    ['chunks twice', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['a coding nobody asked for', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['a coding that is not chunked', `${OK}Transfer-Encoding: xchunked\r\n\r\n`],
    ['a chunk without a size', `${OK}Transfer-Encoding: chunked\r\n\r\n\r\n`],
    ['a size with blanks', `${OK}Transfer-Encoding: chunked\r\n\r\n1 \r\n`],
    ['a size with a sign', `${OK}Transfer-Encoding: chunked\r\n\r\n+1\r\n`],
    ['a size in other letters', `${OK}Transfer-Encoding: chunked\r\n\r\n0x1\r\n`],
    ['a size that ends without CR', `${OK}Transfer-Encoding: chunked\r\n\r\n1\na`],
    ['a size beyond all bounds', `${OK}Transfer-Encoding: chunked\r\n\r\n10000000000000\r\n`],
    ['a bare CR in an extension', `${OK}Transfer-Encoding: chunked\r\n\r\n1;a\rb\r\n`],
    ['a chunk longer than its size', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`],
    ['a chunk that ends without CR', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\n`],
    ['trailers that end without CR', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\n\r\n`],
    ['a head over the bound', `${OK}X-A: ${'a'.repeat(33_000)}`],
    ['a first line over the bound', `HTTP/1.1 200 ${'a'.repeat(33_000)}`],
    ['an extension over the bound', `${OK}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(5000)}`],
    ['trailers over the bound', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n${'X-T: 1\r\n'.repeat(5000)}`],
  ])('calls %s a fault, however it is cut up', (_, bytes) => {
    const whole = readAnswer([bytes]);
    expect(whole).toMatchObject({ end: 'fault', keeps: false });
    expect(whole.fault).not.toBe('');
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, i) => bytes.slice(at[i], end));
        expect(readAnswer(pieces)).toMatchObject({ end: 'fault', heads: whole.heads });
      }),
      { numRuns: 20 },
    );
  });

  it('reads a head up to the bound', () => {
    const head = (length: number) => `${OK}Content-Length: 0\r\nX-A: ${'a'.repeat(length)}\r\n\r\n`;
    const most = 32 * 1024 - head(0).length;
    expect(readAnswer([head(most)]).end).toBe('done');
    expect(readAnswer([head(most).slice(0, 20_000), head(most).slice(20_000)]).end).toBe('done');
    expect(readAnswer([head(most + 40)]).end).toBe('fault');
  });

  it('gives no more while its taker wants none, nor once it was told to stop', () => {
    const bodies: string[] = [];
    let wants = false;
    const parser = new AnswerParser({
      head: () => {},
      data: (bytes) => {
        bodies.push(bytes.toString('latin1'));
        return wants;
      },
    });
    parser.expect(false);
    const bytes = Buffer.from(`${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n`);
    const count = parser.read(bytes);
    expect([bodies, parser.isDone]).toEqual([['a'], false]);
    wants = true;
    expect(count + parser.read(bytes.subarray(count))).toBe(bytes.length);
    expect([bodies, parser.isDone]).toEqual([['a', 'b'], true]);
    const fault = (): never => {
      throw new Error('a body after the stop');
    };
    const stopping: AnswerParser = new AnswerParser({ head: () => stopping.stop(), data: () => fault() });
    stopping.expect(false);
    expect(stopping.read(Buffer.from(`${OK}Content-Length: 1\r\n\r\na`))).toBe(`${OK}Content-Length: 1\r\n\r\n`.length);
  });

  it.each([
    ['timeout=5', 5],
    ['max=3, Timeout=7', 7],
    ['max=3', -1],
  ])('hears "%s" of how long the connection may be idle', (value, seconds) => {
    const parser = new AnswerParser({ head: () => {}, data: () => true });
    parser.expect(false);
    parser.read(Buffer.from(`${OK}Keep-Alive: ${value}\r\nContent-Length: 0\r\n\r\n`));
    expect(parser.idleSeconds).toBe(seconds);
  });
});
