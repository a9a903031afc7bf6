/** The paths of the line's own endpoints, below a base path. */

export interface QueuePath {
  readonly kind: 'campaign' | 'status' | 'tickets' | 'leave' | 'ticket' | 'device';
  /** Decoded. */
  readonly campaign: string;
  /** Decoded; empty where the path names none. */
  readonly ticket: string;
}

const TICKETS = 'tickets';
/** What may follow a campaign, alone. */
const WORDS: ReadonlyMap<string, QueuePath['kind']> = new Map([
  ['status.json', 'status'],
  [TICKETS, 'tickets'],
  ['leave', 'leave'],
  ['device', 'device'],
]);

export class QueuePaths {
  readonly #start: number;

  constructor(private readonly basePath: string) {
    this.#start = basePath.length + 1;
  }

  /**
   * `/{campaign}`, with `/status.json`, `/leave`, `/device` or `/tickets`, and `/{campaign}/tickets/{ticket}`; null for any other
   * path. A slash at the end makes it another.
   * @param path - judged clean: without empty and dot segments
   * @throws URIError when a campaign or ticket is no percent-encoded UTF-8
   */
  read(path: string): QueuePath | null {
    const start = this.#start;
    if (path.length <= start || path.charAt(start - 1) !== '/' || !path.startsWith(this.basePath)) return null;
    const first = path.indexOf('/', start);
    if (first < 0) return { kind: 'campaign', campaign: decoded(path.slice(start)), ticket: '' };
    const second = path.indexOf('/', first + 1);
    const word = path.slice(first + 1, second < 0 ? undefined : second);
    if (second < 0) {
      const kind = WORDS.get(word);
      return kind === undefined ? null : { kind, campaign: decoded(path.slice(start, first)), ticket: '' };
    }
    if (word !== TICKETS || second + 1 === path.length || path.indexOf('/', second + 1) >= 0) return null;
    return { kind: 'ticket', campaign: decoded(path.slice(start, first)), ticket: decoded(path.slice(second + 1)) };
  }
}

function decoded(part: string): string {
  return part.includes('%') ? decodeURIComponent(part) : part;
}
