/**
 * One JSON object a line. Facts first, then a constant sentence: `logger.warn({ err, campaign }, 'Redis is slow')`.
 * Whatever is named like a secret is hidden, however it came into a line.
 */
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Names that hold a secret wherever they stand, one or two levels deep. */
const SECRETS = [
  ...['authorization', 'cookie', 'set-cookie', 'password', 'secret', 'token', 'ticket', 'tickets', 'claimant', 'body'],
  ...['spillway-ticket', 'spillway-claimant', 'idempotency-key', 'proxy-authorization', 'x-user-id'],
];

export const HIDDEN = '***';

export interface LoggerOptions {
  /** Where lines go; the standard output when left out. */
  readonly destination?: DestinationStream;
}

/** @param level - a pino level name, or `silent` */
export function createLogger(level: string, { destination }: LoggerOptions = {}): Logger {
  const paths = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const options = {
    level,
    base: { 'service.name': 'spillway' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: HIDDEN },
  };
  return pino(options, destination ?? (level === 'silent' ? { write: () => {} } : standardOutput()));
}

/** Lines that wait for a reader, in bytes; what comes beyond is dropped. */
const MOST_UNREAD_BYTES = 4_194_304;
let output: DestinationStream | undefined;

/** Written to in the background: a disk that is slow, or a pipe that nobody reads, must not hold up claims. */
function standardOutput(): DestinationStream {
  output ??= pino.destination({ dest: 1, sync: false, maxLength: MOST_UNREAD_BYTES });
  return output;
}
