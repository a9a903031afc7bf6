/** Memory under full load, minute after minute: what it settles at, and whether it stays there. */
import { residentBytes } from '../stand/processes.mjs';
import { load } from '../stand/wrk.mjs';
import { subjects } from '../subjects/all.mjs';
import { throughput } from './catalogue.mjs';
import { median } from './throughput.mjs';

const NAMES = ['spillway-redis'];
const SLICE_SECONDS = 5;
const MIB = 2 ** 20;
const admitted = throughput.find(({ name }) => name === 'admitted');

export const endurance = {
  name: 'endurance',
  title: 'Resident memory while claims are admitted at full load',
  columns: [
    ['minutes', 'minutes'],
    ['claims', 'claims'],
    ['firstMiB', 'first third MiB'],
    ['lastMiB', 'last third MiB'],
    ['growth', 'growth'],
  ],
  bars: NAMES.map((subject) => ({ subject, metric: 'growth', most: 1.1 })),
  remark: 'Medians of samples every 5 s, of the first and of the last third of the time.',

  async measure({ service, redis, minutes, tell }) {
    const rows = [];
    for (const name of NAMES) {
      const context = { servicePort: service.port, redisPort: redis.port, limits: admitted.limits };
      const subject = await subjects[name].start(context);
      tell(`endurance, ${minutes} minutes: ${name}`);
      try {
        rows.push({ name, title: subjects[name].title, minutes, ...(await watch(subject, minutes)) });
      } finally {
        await subject.stop();
      }
    }
    return rows;
  },
};

async function watch({ port, pid }, minutes) {
  const samples = [];
  let claims = 0;
  const slices = Math.max(6, Math.round((minutes * 60) / SLICE_SECONDS));
  for (let slice = 0; slice < slices; slice++) {
    const { requests } = await load(port, { ...admitted.request, base: claims }, { seconds: SLICE_SECONDS });
    claims += requests + 64;
    samples.push(residentBytes(pid) / MIB);
  }
  const third = Math.floor(samples.length / 3);
  const firstMiB = median(samples.slice(0, third));
  const lastMiB = median(samples.slice(-third));
  return { claims, firstMiB, lastMiB, growth: lastMiB / firstMiB };
}
