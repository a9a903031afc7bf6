/**
 * How the body of an answer ends, and what becomes of its connection: what the fields of its head say together (RFC 9112,
 * sections 6 and 9). What can be read in two ways is a fault.
 */
const LENGTH = /^[0-9]{1,15}$/;

export class Framing {
  fault = '';
  /** -1: not said. */
  length = -1;
  isChunked = false;
  keeps: boolean;
  idleSeconds = -1;
  #closes = false;

  /** @param isOld - HTTP/1.0, whose connections end unless they are said to be kept */
  constructor(private readonly isOld: boolean) {
    this.keeps = !isOld;
  }

  hear(name: string, value: string): void {
    switch (name.length) {
      case 10:
        if (isNamed(name, 'connection')) this.#hearConnection(value);
        else if (isNamed(name, 'keep-alive')) this.idleSeconds = Number(/timeout=(\d{1,9})/i.exec(value)?.[1] ?? -1);
        return;
      case 14:
        if (isNamed(name, 'content-length')) this.#hearLength(value);
        return;
      case 17:
        if (isNamed(name, 'transfer-encoding')) this.#hearCoding(value);
    }
  }

  #hearConnection(value: string): void {
    if (value !== 'keep-alive') {
      const options = value.split(',').map((option) => option.trim().toLowerCase());
      this.#closes ||= options.includes('close');
      if (this.#closes) this.keeps = false;
      if (!options.includes('keep-alive')) return;
    }
    this.keeps = !this.#closes;
  }

  #hearLength(value: string): void {
    if (this.length >= 0 || !LENGTH.test(value)) this.fault = 'a length that is no single number';
    else this.length = Number(value);
    this.#judge();
  }

  /** Any other coding would have to be asked for (RFC 9112, section 7.4). */
  #hearCoding(value: string): void {
    if (this.isChunked || value.toLowerCase() !== 'chunked') this.fault = 'a transfer coding that nobody asked for';
    this.isChunked = true;
    // Whoever speaks HTTP/1.0 does not know what it says (RFC 9112, section 6.1).
    if (this.isOld) this.keeps = false;
    this.#judge();
  }

  #judge(): void {
    if (this.isChunked && this.length >= 0) this.fault = 'a length beside chunks';
  }
}

function isNamed(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower;
}
