/** The tests that judge one part for every mutant, without servers and processes; `scripts/mutation.mjs` says which part. */
import base from './jest.config.js';

export default {
  ...base,
  testEnvironment: '@stryker-mutator/jest-runner/jest-env/node',
  testMatch: [`<rootDir>/test/mutation/${process.env.SPILLWAY_MUTATION_PART}.ts`],
  reporters: [],
};
