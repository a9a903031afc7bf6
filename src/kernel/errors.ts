/**
 * Faults. Expected outcomes are values elsewhere; what is thrown is a subclass of this one, with a stable
 * public code, the HTTP status that answers it, and its facts as fields.
 */
export abstract class SpillwayError extends Error {
  abstract readonly code: string;
  abstract readonly statusCode: number;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class StoreUnavailableError extends SpillwayError {
  readonly code = 'STORE_UNAVAILABLE';
  readonly statusCode = 503;

  constructor(
    readonly operation: string,
    readonly waitedMs: number,
    cause?: unknown,
  ) {
    super(`The store did not answer '${operation}' within ${waitedMs} ms`, { cause });
  }
}
