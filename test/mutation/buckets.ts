/** All that should notice a change of the token buckets, on memory alone and in one file: quick enough for every mutant. */
import './first-failure.js';
import '../buckets/gcra.test.js';
import '../buckets/memory-buckets.test.js';
import '../buckets/refusal-cache.test.js';
import { openMemory } from '../buckets/buckets.js';
import { describeTokenBuckets } from '../buckets/token-buckets.js';

describeTokenBuckets('memory', openMemory);
