/**
 * Tickets: signed, opaque, and bound to campaign, epoch, place and claimant. The first key signs, all verify, and a
 * ticket that is renewed keeps its key, so keys rotate without anybody losing a place.
 *
 * A ticket is base64url of
 *   version 1 | key id length 1 | key id | epoch 4 | line × 16 + returns 1 | number 6 | told 6 | issued 4 | binding 12
 * (of a session: line 2, when it began in place of number, until when it lasts in place of told, and in the end the
 * store's hash of the claimant 16),
 * and 16 octets of HMAC-SHA-256 (RFC 2104) over the campaign's name, a zero octet and all of that. Every part has a
 * fixed length or says its length, so no two tickets have the same octets; only the canonical text is accepted.
 */
import { hkdfSync, timingSafeEqual } from 'node:crypto';
import { ClaimantHasher } from '../claimant/claimant-hash.js';
import { BoundedCache } from '../kernel/bounded-cache.js';
import { HmacSha256 } from '../kernel/hmac-sha256.js';
import type { LineIndex, Place } from './place.js';

export interface TicketKey {
  readonly id: string;
  /** At least 32 octets. */
  readonly secret: Uint8Array;
}

/** Of somebody who went in and may come again; in milliseconds since the Unix epoch, on the store's clock. */
export interface TicketSession {
  readonly issuedMs: number;
  readonly untilMs: number;
  /** As the store knows its owner: the session is ended by this name. */
  readonly claimant: string;
}

export interface Ticket {
  readonly epoch: number;
  readonly place: Place;
  /** When its owner was told of the call, on the line's clock, in milliseconds; 0: not yet. */
  readonly toldMs: number;
  /** Whole seconds since the Unix epoch. */
  readonly issuedAtSeconds: number;
  readonly keyId: string;
  /** Keyed hash of the claimant, 12 octets. */
  readonly binding: Buffer;
  /** Only of a ticket that stands for a session, and for no place in line. */
  readonly session?: TicketSession | undefined;
}

const VERSION = 1;
/** In place of a line, in a ticket that stands for a session. */
const SESSION_LINE = 2;
const NO_PLACE: Place = { line: 0, number: 0, returns: 0 };
const MAC_BYTES = 16;
const BINDING_BYTES = 12;
const CLAIMANT_BYTES = 16;
const FIXED_BYTES = 4 + 1 + 6 + 6 + 4 + BINDING_BYTES;
/** The longest ticket there can be, with a key id of 16 characters. */
const MOST_CHARS = Math.ceil(((2 + 16 + FIXED_BYTES + CLAIMANT_BYTES + MAC_BYTES) * 4) / 3);
const VERIFIED = 65_536;
/** Characters of a signature by which a verified ticket is found again; the last of a ticket holds fewer bits. */
const NAME_CHARS = 7;

/**
 * A ticket that was verified: with its text, and itself its place. One of a crowd is found among thousands that the
 * processor has no longer at hand, and each object more would be waited for.
 */
class VerifiedTicket implements Ticket, Place {
  constructor(
    readonly text: string,
    readonly epoch: number,
    readonly line: LineIndex,
    readonly number: number,
    readonly toldMs: number,
    readonly session: TicketSession | undefined,
    readonly returns: number,
    readonly issuedAtSeconds: number,
    readonly keyId: string,
    readonly binding: Buffer,
  ) {}

  get place(): Place {
    return this.session === undefined ? this : NO_PLACE;
  }
}

interface Signer {
  readonly id: Buffer;
  readonly mac: HmacSha256;
  readonly binder: ClaimantHasher;
}

/** Signs and verifies the tickets of one campaign. */
export class Tickets {
  readonly #signers = new Map<string, Signer>();
  readonly #first: string;
  readonly #verified = new BoundedCache<VerifiedTicket, number>(VERIFIED);

  /** @throws RangeError without a key */
  constructor(campaign: string, keys: readonly TicketKey[]) {
    const [first] = keys;
    if (first === undefined) throw new RangeError('Tickets need a key');
    this.#first = first.id;
    for (const { id, secret } of keys) {
      const derive = (purpose: string): Uint8Array =>
        new Uint8Array(hkdfSync('sha256', secret, '', `spillway ${purpose} ${campaign}`, 32));
      this.#signers.set(id, {
        id: Buffer.from(id, 'ascii'),
        mac: new HmacSha256(derive('ticket'), `${campaign}\0`),
        binder: new ClaimantHasher(derive('claimant')),
      });
    }
  }

  /** A new ticket for `claimantId`. */
  issue(epoch: number, place: Place, toldMs: number, claimantId: string, wallMs: number): string {
    const keyId = this.#first;
    return this.#sign({
      epoch,
      place,
      toldMs,
      issuedAtSeconds: Math.floor(wallMs / 1000),
      keyId,
      binding: this.#bindingOf(keyId, claimantId),
    });
  }

  /** A ticket for the further requests of somebody who went in. */
  issueSession(epoch: number, session: TicketSession, claimantId: string): string {
    const keyId = this.#first;
    return this.#sign({
      epoch,
      place: NO_PLACE,
      toldMs: 0,
      issuedAtSeconds: Math.floor(session.issuedMs / 1000),
      keyId,
      binding: this.#bindingOf(keyId, claimantId),
      session,
    });
  }

  /** The same ticket, with the time at which its owner was told of the call. */
  renew(ticket: Ticket, toldMs: number): string {
    return this.#sign(ticket, toldMs);
  }

  /** @returns what the ticket says; null when it is forged, altered, of another campaign or of a key long gone */
  verify(text: string): Ticket | null {
    if (text.length > MOST_CHARS) return null;
    const name = nameOf(text);
    const known = this.#verified.get(name);
    if (known !== undefined && known.text === text) return known;
    const ticket = this.#read(text);
    if (ticket !== null) this.#verified.set(name, ticket);
    return ticket;
  }

  belongsTo(ticket: Ticket, claimantId: string): boolean {
    return timingSafeEqual(ticket.binding, this.#bindingOf(ticket.keyId, claimantId));
  }

  #bindingOf(keyId: string, claimantId: string): Buffer {
    const hash = this.#signers.get(keyId)!.binder.hash(claimantId);
    return Buffer.from(hash, 'base64url').subarray(0, BINDING_BYTES);
  }

  #sign(ticket: Ticket, toldMs = ticket.toldMs): string {
    const signer = this.#signers.get(ticket.keyId)!;
    const { place, session } = ticket;
    const claimantBytes = session === undefined ? 0 : CLAIMANT_BYTES;
    const bytes = Buffer.alloc(2 + signer.id.length + FIXED_BYTES + claimantBytes + MAC_BYTES);
    bytes[0] = VERSION;
    let at = bytes.writeUInt8(signer.id.length, 1);
    at += signer.id.copy(bytes, at);
    at = bytes.writeUInt32BE(ticket.epoch, at);
    at = bytes.writeUInt8(session === undefined ? place.line * 16 + place.returns : SESSION_LINE * 16, at);
    at = bytes.writeUIntBE(session?.issuedMs ?? place.number, at, 6);
    at = bytes.writeUIntBE(session?.untilMs ?? toldMs, at, 6);
    at = bytes.writeUInt32BE(ticket.issuedAtSeconds, at);
    at += ticket.binding.copy(bytes, at);
    if (session !== undefined) at += bytes.write(session.claimant, at, 'base64url');
    signer.mac.digest(bytes.subarray(0, at)).copy(bytes, at, 0, MAC_BYTES);
    return bytes.toString('base64url');
  }

  #read(text: string): VerifiedTicket | null {
    const bytes = Buffer.from(text, 'base64url');
    // What is kept is this text of its own: the one off the wire is a part of a longer one, and kept with all of it.
    const canonical = bytes.toString('base64url');
    if (bytes[0] !== VERSION || canonical !== text) return null;
    const idLength = bytes[1] ?? 0;
    const claimantBytes = (bytes[2 + idLength + 4] ?? 0) >> 4 === SESSION_LINE ? CLAIMANT_BYTES : 0;
    if (bytes.length !== 2 + idLength + FIXED_BYTES + claimantBytes + MAC_BYTES) return null;
    const keyId = bytes.toString('ascii', 2, 2 + idLength);
    const signer = this.#signers.get(keyId);
    if (signer === undefined) return null;
    const end = bytes.length - MAC_BYTES;
    const mac = signer.mac.digest(bytes.subarray(0, end)).subarray(0, MAC_BYTES);
    if (!timingSafeEqual(mac, bytes.subarray(end))) return null;
    return this.#parse(canonical, bytes, 2 + idLength, keyId);
  }

  #parse(text: string, bytes: Buffer, start: number, keyId: string): VerifiedTicket {
    const lineAndReturns = bytes.readUInt8(start + 4);
    const line = lineAndReturns >> 4;
    const number = bytes.readUIntBE(start + 5, 6);
    const toldMs = bytes.readUIntBE(start + 11, 6);
    const isSession = line === SESSION_LINE;
    const claimant = isSession
      ? bytes.toString('base64url', start + FIXED_BYTES, start + FIXED_BYTES + CLAIMANT_BYTES)
      : '';
    return new VerifiedTicket(
      text,
      bytes.readUInt32BE(start),
      isSession ? NO_PLACE.line : (line as LineIndex),
      isSession ? NO_PLACE.number : number,
      isSession ? 0 : toldMs,
      isSession ? { issuedMs: number, untilMs: toldMs, claimant } : undefined,
      lineAndReturns & 15,
      bytes.readUInt32BE(start + 17),
      keyId,
      Buffer.from(bytes.subarray(start + 21, start + 21 + BINDING_BYTES)),
    );
  }
}

/**
 * A number of 32 bits for a ticket's text, from the end of its signature: of a ticket that is good, nobody chooses it. The
 * text itself comes new from the wire each time, and V8 would hash all of it.
 */
function nameOf(text: string): number {
  let name = 0;
  for (let at = text.length - 1 - NAME_CHARS; at < text.length - 1; at++)
    name = Math.imul(name, 67) + text.charCodeAt(at);
  return name | 0;
}
