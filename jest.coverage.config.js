/** How much of the three rooms that hold promises their own tests go through, and what of it they may not fall below. */
import base from './jest.config.js';

export default {
  ...base,
  testMatch: [
    '**/test/{buckets,waiting-room,claims}/**/*.test.ts',
    // The contracts of the store, which is where line and ledger meet, and of what operators settle.
    '**/test/admission/campaign-store.test.ts',
    '**/test/admin/claims.test.ts',
    // Whole processes and crowds: what they go through is not seen from here.
    '!**/test/claims/{simultaneous,killed,budget,sold-out,loss}.test.ts',
    '!**/test/buckets/rate-limiter-ecosystem.test.ts',
  ],
  coverageProvider: 'v8',
  collectCoverage: true,
  collectCoverageFrom: ['src/{buckets,waiting-room,claims}/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
  coverageThreshold: {
    './src/buckets/': { lines: 99, branches: 96 },
    './src/waiting-room/': { lines: 98, branches: 96 },
    './src/claims/': { lines: 96, branches: 93 },
  },
};
