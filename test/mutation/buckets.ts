/** What token buckets promise, on memory alone: quick enough to judge every mutant of them. */
import { openMemory } from '../buckets/buckets.js';
import { describeTokenBuckets } from '../buckets/token-buckets.js';

describeTokenBuckets('memory', openMemory);
