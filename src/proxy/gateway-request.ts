/**
 * Requests of the gateway's own servers. What Node does for a request that somebody may stream costs a small one a tenth
 * of its time; here a small body goes from the parser to whoever takes it, and what nobody read of an answered request is
 * left to the parser.
 *
 *   parser ──push──▶ a taker, while there is one ──▶ said whole, within the event that brought its last byte
 *               └──▶ the stream, as in any request
 */
import http from 'node:http';

/** Told of a body piece by piece. */
export interface BodyTaker {
  /** Takes a piece. Whoever wants no more of them lets go by `leaveBody`: what comes after is in the stream. */
  take(chunk: Buffer): void;
  /** That was all. */
  end(): void;
  /** Its client broke off before the end. */
  broken(): void;
}

/** What Node keeps of a request and has no public name for; `test/proxy/gateway-request.test.ts` would see a change. */
interface Unnamed {
  _dumped: boolean;
}
type ParsedSocket = { readonly parser?: { incoming: unknown } | null } | null;

export class GatewayRequest extends http.IncomingMessage {
  /** Both are the prototype's until they are set: a class with fields of its own costs each request a construction more. */
  declare private taker: BodyTaker | null;
  declare private isAnswered: boolean;

  /** @returns false when some of the body, or its end, is in the stream already: it has to be read there */
  takeBody(taker: BodyTaker): boolean {
    if (this.complete || this.readableLength > 0) return false;
    this.taker = taker;
    return true;
  }

  leaveBody(): void {
    this.taker = null;
  }

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    const taker = this.taker;
    if (taker === null) return this.isAnswered ? false : super.push(chunk, encoding);
    if (chunk !== null) {
      taker.take(chunk);
      return true;
    }
    this.taker = null;
    taker.end();
    return false;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const taker = this.taker;
    this.taker = null;
    super._destroy(error, callback);
    taker?.broken();
  }

  /** The answer has left already: of what still comes, nothing is streamed, not even its end. */
  answered(): void {
    if (this.taker !== null || this.readableLength > 0) return;
    this.isAnswered = true;
    (this as unknown as Unnamed)._dumped = true;
  }

  /**
   * The answer has left, and nobody has read the body. Node streams what there is of it into nothing; here the parser is
   * told to keep what still comes. (`optimizeEmptyRequests` of later Nodes has the same purpose, for requests without one.)
   */
  _dump(): void {
    if (this.taker !== null) return;
    // With so much unread the connection stands still, which only the stream knows how to end.
    if (this.readableLength >= this.readableHighWaterMark) {
      nodesDump.call(this);
      return;
    }
    (this as unknown as Unnamed)._dumped = true;
    const parser = (this.socket as ParsedSocket)?.parser;
    if (parser?.incoming === this) parser.incoming = null;
  }
}

Object.assign(GatewayRequest.prototype, { taker: null, isAnswered: false });

const nodesDump = (http.IncomingMessage.prototype as unknown as { _dump(): void })._dump;
