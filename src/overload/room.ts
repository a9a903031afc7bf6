/** Bounds what requests under way hold in memory, in number and in bytes of their bodies. */
export interface RoomSettings {
  readonly maxInFlight: number;
  readonly maxBufferedBytes: number;
}

export class Room {
  #inFlight = 0;
  #bytes = 0;

  constructor(private settings: RoomSettings) {}

  configure(settings: RoomSettings): void {
    this.settings = settings;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @returns whether there is room; then `leave` is owed, with the same bytes */
  enter(bytes: number): boolean {
    const { maxInFlight, maxBufferedBytes } = this.settings;
    if (this.#inFlight >= maxInFlight || this.#bytes + bytes > maxBufferedBytes) return false;
    this.#inFlight++;
    this.#bytes += bytes;
    return true;
  }

  leave(bytes: number): void {
    this.#inFlight--;
    this.#bytes -= bytes;
  }
}
