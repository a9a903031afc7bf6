/** The tests that `npm run coverage` leaves out: after it, all have run, and none of them twice. */
import base from './jest.config.js';
import covered from './jest.coverage.config.js';

const others = covered.testMatch.map((glob) => (glob.startsWith('!') ? glob.slice(1) : `!${glob}`));

export default { ...base, testMatch: [...base.testMatch, ...others] };
