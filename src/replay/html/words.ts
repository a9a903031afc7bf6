/** Verdicts as sentences for people who were not there. */
import type { Verdict } from '../verdicts.js';

/** What is said of each promise: kept, broken. */
const SENTENCES: Readonly<Record<string, readonly [string, string]>> = {
  'never over the rate': ['The service never got more than its rate.', 'The service got more than its rate.'],
  'never over the slots': [
    'The service never had too many claims at once.',
    'The service had too many claims at once.',
  ],
  'the service stands': ['The service stood all the time.', 'The service fell over.'],
  'never idle': ['While people waited, the service had work.', 'The service stood idle while people waited.'],
  'first come, first called': ['Who came first was called first.', 'People were not called in the order they came.'],
  'nobody far overtaken': ['Nobody was overtaken by much.', 'Somebody was overtaken by far.'],
  'paid once': ['Everybody was paid once.', 'Somebody was paid twice.'],
  'no forged ticket': ['No altered ticket was believed.', 'An altered ticket was believed.'],
  'no one waits in vain': ['When all was gone, everybody was told at once.', 'People went on waiting for nothing.'],
  'answers as documented': ['Every answer was as documented.', 'Some answers were not as documented.'],
  'everybody answered': ['Everybody got a final answer.', 'Not everybody got a final answer.'],
};

export function inWords({ promise, held }: Verdict): string {
  const [kept, broken] = SENTENCES[promise] ?? [`The bound ${promise} was kept.`, `The bound ${promise} was broken.`];
  if (held === null) return `Could not be seen: ${promise}.`;
  return held ? kept : broken;
}
