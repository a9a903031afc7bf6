/** The tests that judge the three rooms that hold promises, without servers and processes: they run for every mutant. */
import base from './jest.config.js';

export default {
  ...base,
  testEnvironment: '@stryker-mutator/jest-runner/jest-env/node',
  testMatch: [
    '<rootDir>/test/buckets/{gcra,memory-buckets,refusal-cache,order-batches}.test.ts',
    '<rootDir>/test/waiting-room/*.test.ts',
    '<rootDir>/test/claims/{answer-text,credentials,granted-filter,idempotency-key}.test.ts',
  ],
  reporters: [],
};
