/** All that should notice a change of the ledger, on memory alone and in one file: quick enough for every mutant. */
import './first-failure.js';
import '../claims/answer-cache.test.js';
import '../claims/answer-text.test.js';
import '../claims/budget-figures.test.js';
import '../claims/claim-keys.test.js';
import '../claims/credentials.test.js';
import '../claims/granted-filter.test.js';
import '../claims/idempotency-key.test.js';
import '../claims/memory-book.test.js';
import '../claims/outcomes.test.js';
import '../claims/verdict.test.js';
import { openMemory } from '../admission/stores.js';
import { describeClaims } from '../claims/describe-claims.js';
import { describeLedgerLoss } from '../claims/describe-ledger-loss.js';

describeClaims('memory', openMemory);
describeLedgerLoss('memory', openMemory);
