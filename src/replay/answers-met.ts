/**
 * The answer table of the public contract as a burst met it: how often each code came, whether its status and fields
 * were as documented, and what the client did next. A code after which a client does something else than the contract
 * says is a fault like a field that is missing.
 */
import { ANSWER_TABLE, type NextStep } from './answer-table.js';
import type { AnswerMet, Counts } from './burst-figures.js';

/** @param followed - by `QUEUED poll` */
export function answersMet(codes: Counts, contractFaults: Counts, followed: Counts): AnswerMet[] {
  return Object.entries(codes)
    .sort(([, a], [, b]) => b - a)
    .map(([code, times]) => {
      const row = ANSWER_TABLE.get(code);
      const next = ofCode(code, followed);
      return {
        code,
        status: row?.status ?? null,
        retryAfter: row?.retryAfter ?? null,
        times,
        faults: Object.fromEntries(Object.entries(contractFaults).filter(([fault]) => fault.split(' ')[0] === code)),
        next,
        astray: row === undefined ? [] : Object.keys(next).filter((step) => !row.next.includes(step as NextStep)),
      };
    });
}

function ofCode(code: string, followed: Counts): Counts {
  const begin = `${code} `;
  const own = Object.entries(followed).filter(([name]) => name.startsWith(begin));
  return Object.fromEntries(own.map(([name, count]) => [name.slice(begin.length), count]));
}
