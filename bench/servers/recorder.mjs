/**
 * Loaded before a subject (`node --import`): records from the first SIGUSR2 to the second, and writes the profile.
 * The allocation profile counts what was collected again, too: what a request costs, not what it leaves behind.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const { PROFILE_KIND, PROFILE_FILE } = process.env;
const HEAP_INTERVAL_BYTES = 8192;
const CPU_INTERVAL_US = 300;

const session = new Session();
session.connect();
let recording = false;

async function begin() {
  if (PROFILE_KIND === 'cpu') {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US });
    await session.post('Profiler.start');
  } else {
    await session.post('HeapProfiler.startSampling', {
      samplingInterval: HEAP_INTERVAL_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
  }
}

async function end() {
  const { profile } = await session.post(PROFILE_KIND === 'cpu' ? 'Profiler.stop' : 'HeapProfiler.stopSampling');
  writeFileSync(PROFILE_FILE, JSON.stringify(profile));
}

process.on('SIGUSR2', () => {
  recording = !recording;
  void (recording ? begin() : end());
});
