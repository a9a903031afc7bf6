/** The names of all claims that were granted, in parts. */
export interface GrantedMarks {
  /**
   * @param cursor - `next` of the part before; empty for the first
   * @throws StoreUnavailableError when the store did not answer within its deadline
   */
  read(cursor: string): Promise<MarksPart>;
}

export interface MarksPart {
  readonly names: readonly string[];
  /** Empty: that was all. */
  readonly next: string;
}
