/** Wires the certificates: those of the listeners, and those that gateway and services know each other by. */
import type { Config, UpstreamConfig } from '../config/schema.js';
import { Certificate, type CertificateOptions } from '../lifecycle/certificate.js';
import type { ListenerTls } from '../lifecycle/secure-server.js';
import type { ConnectorTls } from '../wire/connector.js';

export class Certificates {
  readonly #open = new Map<string, Certificate>();

  constructor(private readonly options: CertificateOptions) {}

  /** @throws the system's or OpenSSL's error when the files cannot be used */
  forListener(tls: Config['server']['tls']): ListenerTls | null {
    return tls === null ? null : this.#take({ caFile: null, ...tls });
  }

  /** @throws the system's or OpenSSL's error when the files cannot be used */
  of({ tls: { caFile, certFile, keyFile, serverName } }: UpstreamConfig): ConnectorTls | null {
    if (caFile === null && certFile === null && serverName === null) return null;
    const certificate = this.#take({ caFile, certFile, keyFile });
    return {
      get pem() {
        return certificate.pem;
      },
      serverName,
    };
  }

  stop(): void {
    for (const one of this.#open.values()) one.stop();
  }

  #take(files: ConstructorParameters<typeof Certificate>[0]): Certificate {
    const name = JSON.stringify(files);
    const certificate = this.#open.get(name) ?? new Certificate(files, this.options);
    this.#open.set(name, certificate);
    return certificate;
  }
}
