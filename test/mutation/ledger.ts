/** What the store promises of the ledger, on memory alone: quick enough to judge every mutant of it. */
import { openMemory } from '../admission/stores.js';
import { describeClaims } from '../claims/describe-claims.js';

describeClaims('memory', openMemory);
