/** The tests that judge one part for every mutant, without servers and processes; `scripts/mutation.mjs` says which. */
import base from './jest.config.js';

export default {
  ...base,
  testEnvironment: '@stryker-mutator/jest-runner/jest-env/node',
  testMatch: (process.env.SPILLWAY_MUTATION_TESTS ?? '').split(' ').map((glob) => `<rootDir>/${glob}`),
  reporters: [],
};
