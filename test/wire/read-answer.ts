/** What a parser makes of the bytes of one connection, given in pieces. */
import { AnswerParser } from '../../src/wire/answer-parser.js';

export interface Read {
  status: number;
  reason: string;
  fields: string[];
  body: string;
  heads: number;
  /** `open`: more has to come. */
  end: 'done' | 'open' | 'fault';
  fault: string;
  keeps: boolean;
  /** What came behind the answer. */
  rest: string;
}

/**
 * @param pieces - a character a byte
 * @param closes - whether the connection ends behind them
 */
export function readAnswer(pieces: readonly string[], closes = false, toHead = false): Read {
  const read: Read = {
    status: 0,
    reason: '',
    fields: [],
    body: '',
    heads: 0,
    end: 'open',
    fault: '',
    keeps: false,
    rest: '',
  };
  const parser = new AnswerParser({
    head: (status, reason, fields) => {
      read.heads++;
      Object.assign(read, { status, reason, fields });
    },
    data: (bytes) => {
      read.body += bytes.toString('latin1');
      return true;
    },
  });
  parser.expect(toHead);
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1');
    read.rest += bytes.subarray(parser.read(bytes)).toString('latin1');
    if (parser.fault !== '') break;
  }
  if (closes) parser.ended();
  read.fault = parser.fault;
  read.end = parser.fault !== '' ? 'fault' : parser.isDone ? 'done' : 'open';
  read.keeps = parser.keepsConnection;
  return read;
}
