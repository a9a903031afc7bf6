/**
 * How large the crowds of the fault suite are. Small in every test run; `npm run test:faults -- --crowd 5000` is what
 * docs/faults.md reports, and the only size at which times are held to their bars: beside other tests they say nothing.
 */
const given = process.env.FAULT_CROWD;
const people = Number(given ?? 100);

export const SIZE = {
  people,
  measured: given !== undefined,
  ratePerSecond: given === undefined ? 50 : 250,
  burst: given === undefined ? 5 : 25,
  slots: 64,
  /** How long a fault of the store lasts, in milliseconds. */
  faultMs: given === undefined ? 800 : 5000,
  /** Of one call to the store. Where other work takes the machine, a call takes longer. */
  deadlineMs: given === undefined ? 250 : 40,
  holdMs: 250,
} as const;
