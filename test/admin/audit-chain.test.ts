import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuditRecord, recordHash, verifyAudit } from '../../src/admin/audit-chain.js';

function chain(length: number): { texts: string[]; head: string } {
  const texts: string[] = [];
  let head = '';
  for (let revision = 1; revision <= length; revision++) {
    const facts = { action: 'change', subject: 'lny', before: {}, after: { burst: revision } } as const;
    const at = '2026-02-16T20:00:00.000Z';
    const record: AuditRecord = { revision, at, who: 'ops', ...facts, reason: 'r', previous: head };
    texts.push(JSON.stringify(record));
    head = recordHash(texts.at(-1)!);
  }
  return { texts, head };
}

describe('The audit chain', () => {
  it('is intact as it was written, empty or not, and when its oldest records are not kept any more', () => {
    expect(verifyAudit([], '')).toEqual({ kind: 'intact', records: 0, from: 0, to: 0 });
    const { texts, head } = chain(5);
    expect(verifyAudit(texts, head)).toEqual({ kind: 'intact', records: 5, from: 1, to: 5 });
    expect(verifyAudit(texts.slice(2), head)).toEqual({ kind: 'intact', records: 3, from: 3, to: 5 });
  });

  it('says which record was altered, by the first that does not fit', () => {
    const { texts, head } = chain(5);
    texts[2] = texts[2]!.replace('"who":"ops"', '"who":"eve"');
    expect(verifyAudit(texts, head)).toMatchObject({ kind: 'broken', at: 4 });
  });

  it('shows that the newest were taken away, or altered, by the hash beside them', () => {
    const { texts, head } = chain(3);
    expect(verifyAudit(texts.slice(0, 2), head).kind).toBe('broken');
    expect(verifyAudit([], head).kind).toBe('broken');
    expect(verifyAudit([...texts.slice(0, 2), texts[2]!.replace('"r"', '"s"')], head).kind).toBe('broken');
  });

  it('shows any altered, removed, inserted, repeated or exchanged record', () => {
    const index = fc.nat({ max: 5 });
    fc.assert(
      fc.property(
        fc.constantFrom('alter', 'remove', 'insert', 'repeat', 'exchange'),
        index,
        index,
        (how, at, other) => {
          const { texts, head } = chain(6);
          const original = [...texts];
          if (how === 'alter') texts[at] = texts[at]!.replace(/"burst":\d+/, '"burst":99');
          if (how === 'remove') texts.splice(at, 1);
          if (how === 'insert') texts.splice(at, 0, chain(1).texts[0]!.replace('ops', 'eve'));
          if (how === 'repeat') texts.splice(at, 0, texts[other]!);
          if (how === 'exchange') [texts[at], texts[other]] = [texts[other]!, texts[at]!];
          // What is missing at the front is what is not kept any more: it shows as a later beginning.
          fc.pre(JSON.stringify(texts) !== JSON.stringify(original) && !(how === 'remove' && at === 0));
          expect(verifyAudit(texts, head).kind).toBe('broken');
        },
      ),
      { seed: 20260217 },
    );
  });

  it('takes no record on trust that is none', () => {
    expect(verifyAudit(['not JSON'], null)).toEqual({ kind: 'broken', at: 1, why: 'It is no record.' });
    expect(verifyAudit(['{"revision":"1","previous":""}'], null).kind).toBe('broken');
    expect(verifyAudit(['null'], null).kind).toBe('broken');
  });
});
