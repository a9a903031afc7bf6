/**
 * Readers of streams, as a process of their own. Says `open` when all have heard something; told `begin`, counts
 * positions heard from then on and says `counting`; told `end`, says how many.
 */
import { createInterface } from 'node:readline';
import { openStreams } from './open-streams.mjs';

const everybody = await openStreams(JSON.parse(process.argv[2]), 100);
console.log('open');
createInterface({ input: process.stdin }).on('line', (word) => {
  if (word === 'begin') {
    for (const heard of everybody) heard.count = 0;
    console.log('counting');
    return;
  }
  // Whoever was called meanwhile hears no more positions.
  const waiting = everybody.filter(({ called }) => !called).map(({ count }) => count);
  const events = waiting.reduce((sum, n) => sum + n, 0);
  console.log(JSON.stringify({ events, waiting: waiting.length, fewest: Math.min(...waiting) }));
});
