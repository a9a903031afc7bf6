/**
 * The audit log: one record a change, each holding the SHA-256 of the one before, so that nobody can alter, remove or
 * insert one without every later record showing it. A record is hashed as the text that is stored.
 */
import { createHash } from 'node:crypto';

export interface AuditRecord {
  /** The revision that the change led to; the place in the chain, from 1. */
  readonly revision: number;
  /** ISO 8601, on the store's clock. */
  readonly at: string;
  /** Name of the token. */
  readonly who: string;
  readonly action:
    | 'change'
    | 'clear'
    | 'reset'
    | 'confirm-losses'
    | 'end-sessions'
    | 'end-session'
    | 'drain'
    | 'reload'
    | 'log-level'
    | 'revert'
    | 'release'
    | 'evict'
    | 'resolve'
    | 'erase';
  /** A campaign's id; of what was done to a gateway, the gateway's. */
  readonly subject: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly reason: string;
  /** Hash of the record before; empty for the first. */
  readonly previous: string;
}

export type AuditVerdict =
  /** `from` is above 1 where older records are not kept any more; 0 without any record. */
  | { readonly kind: 'intact'; readonly records: number; readonly from: number; readonly to: number }
  /** `at`: the first record that does not fit, counted from 1 in the order given. */
  | { readonly kind: 'broken'; readonly at: number; readonly why: string };

/** The hash of a record's text, in hex. */
export function recordHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Whether records fit each other.
 * @param texts - as stored, oldest first
 * @param head - hash of the newest as the settings have it; null: not known, and the loss of the newest not noticed
 */
export function verifyAudit(texts: readonly string[], head: string | null): AuditVerdict {
  let from = 0;
  let revision = 0;
  let previous: string | null = null;
  for (const [index, text] of texts.entries()) {
    const record = linkOf(text);
    const broken = (why: string): AuditVerdict => ({ kind: 'broken', at: index + 1, why });
    if (record === null) return broken('It is no record.');
    if (previous === null) {
      from = record.revision;
      if (from === 1 && record.previous !== '') return broken('It is the first, and yet names one before.');
      if (from > 1 && record.previous === '') return broken('It is not the first, and yet names none before.');
    } else {
      if (record.previous !== previous) return broken('The record before it is not the one that it was made after.');
      if (record.revision !== revision + 1) return broken('Its revision does not follow that of the record before.');
    }
    revision = record.revision;
    previous = recordHash(text);
  }
  if (head !== null && head !== (previous ?? '')) {
    return { kind: 'broken', at: texts.length + 1, why: 'The newest record is not the one that the settings name.' };
  }
  return { kind: 'intact', records: texts.length, from, to: revision };
}

function linkOf(text: string): Pick<AuditRecord, 'revision' | 'previous'> | null {
  try {
    const { revision, previous } = JSON.parse(text) as Partial<AuditRecord>;
    return Number.isSafeInteger(revision) && typeof previous === 'string' ? { revision: revision!, previous } : null;
  } catch {
    return null;
  }
}
