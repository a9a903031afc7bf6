/**
 * A certificate with its key, from files that somebody renews. They are looked at every few seconds and read again when
 * they have changed; what does not fit together, as in the middle of a renewal, is not taken, and looked at again.
 */
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Clock, Timer } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';

export interface CertificateFiles {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** PEM texts; undefined where no file was named. */
export interface CertificatePem {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

export interface CertificateOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_MS = 5000;

export class Certificate {
  #pem: CertificatePem;
  #seen: string;
  #timer: Timer | null = null;
  readonly #listeners: Array<(pem: CertificatePem) => void> = [];

  /** @throws the system's or OpenSSL's error when the files cannot be read or do not fit together */
  constructor(
    private readonly files: CertificateFiles,
    private readonly options: CertificateOptions,
  ) {
    this.#seen = this.#state();
    this.#pem = this.#read();
    this.#lookLater();
  }

  get pem(): CertificatePem {
    return this.#pem;
  }

  onRenewed(run: (pem: CertificatePem) => void): void {
    this.#listeners.push(run);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #lookLater(): void {
    this.#timer = this.options.clock.after(LOOK_MS, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { certFile } = this.files;
    try {
      const state = this.#state();
      if (state === this.#seen) return;
      const pem = this.#read();
      this.#seen = state;
      this.#pem = pem;
      for (const run of this.#listeners) run(pem);
      this.options.logger.info({ certFile }, 'A renewed certificate is in use');
    } catch (err) {
      this.options.logger.warn({ err, certFile }, 'A changed certificate cannot be used; the old one stays');
    }
  }

  #names(): string[] {
    const { caFile, certFile, keyFile } = this.files;
    return [caFile, certFile, keyFile].filter((name) => name !== null);
  }

  #state(): string {
    return this.#names()
      .map((name) => statSync(name))
      .map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`)
      .join();
  }

  #read(): CertificatePem {
    const read = (name: string | null): Buffer | undefined => (name === null ? undefined : readFileSync(name));
    const { caFile, certFile, keyFile } = this.files;
    const pem = { ca: read(caFile), cert: read(certFile), key: read(keyFile) };
    createSecureContext(pem);
    return pem;
  }
}
