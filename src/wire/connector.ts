/** Opens sockets to one target, plain or with TLS. */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';

/** How the two sides of a connection know each other. */
export interface ConnectorTls {
  /** What the gateway shows, and whom it believes: another object when the files have been renewed. */
  readonly pem: Pem;
  /** The name that the certificate of the other side must have; null: the target's. */
  readonly serverName: string | null;
}

interface Pem {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/**
 * Called with what a socket has read, good within this call only.
 * @returns false to read no more until the socket is resumed; with TLS, what has been decrypted already still comes
 */
export type OnRead = (length: number) => boolean;

/** Sockets are read one after the other, and what was read is used up at once: one buffer serves them all. */
export const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

const KEEP_ALIVE_MS = 60_000;

export class Connector {
  /** As `Host` says it. */
  readonly authority: string;
  /** The event after which a socket may be written to. */
  readonly readyEvent: 'connect' | 'secureConnect';
  readonly #host: string;
  readonly #port: number;
  /** TLS may go on where the last connection left off (RFC 8446, section 2.2). */
  #session: Buffer | undefined;
  /** Of `#pem`, made once for all connections: to read the certificates of a system takes 20 ms. */
  #context: SecureContext | undefined;
  #pem: Pem | undefined;

  /** @param tls - null: what is usual on this machine */
  constructor(
    target: string,
    private readonly tls: ConnectorTls | null,
  ) {
    const { protocol, hostname, port, host } = new URL(target);
    const isTls = protocol === 'https:';
    this.authority = host;
    this.readyEvent = isTls ? 'secureConnect' : 'connect';
    this.#host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    this.#port = port === '' ? (isTls ? 443 : 80) : Number(port);
  }

  open(onRead: OnRead): Socket {
    const options = {
      host: this.#host,
      port: this.#port,
      onread: { buffer: readBuffer, callback: onRead },
    };
    const socket = this.readyEvent === 'connect' ? connectPlain(options) : this.#openTls(options);
    return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
  }

  #openTls(options: { host: string; port: number; onread: { buffer: Uint8Array; callback: OnRead } }): Socket {
    const name = this.tls?.serverName ?? (isIP(this.#host) === 0 ? this.#host : '');
    const context = this.#contextNow();
    const session = this.#session;
    const socket = connectTls({
      ...options,
      ...(name === '' ? {} : { servername: name }),
      ...(session === undefined ? {} : { session }),
      ...(context === undefined ? {} : { secureContext: context }),
      ALPNProtocols: ['http/1.1'],
    });
    socket.on('session', (next) => {
      if (this.#context === context) this.#session = next;
    });
    // It may be the session that its other side does not bear.
    socket.on('error', () => {
      this.#session = undefined;
    });
    return socket;
  }

  #contextNow(): SecureContext | undefined {
    if (this.tls !== null && this.tls.pem !== this.#pem) {
      this.#pem = this.tls.pem;
      this.#context = contextOf(this.#pem);
      this.#session = undefined;
    }
    return this.#context;
  }
}

function contextOf({ ca, cert, key }: Pem): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
}
