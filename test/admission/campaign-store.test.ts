import { sharedRedis } from '../support/redis-server.js';
import { describeAllowance } from './contract/describe-allowance.js';
import { describeCalling } from './contract/describe-calling.js';
import { describeDoor } from './contract/describe-door.js';
import { describeEpochs } from './contract/describe-epochs.js';
import { describeLapses } from './contract/describe-lapses.js';
import { describeLimits } from './contract/describe-limits.js';
import { describeLine } from './contract/describe-line.js';
import { describeLoss } from './contract/describe-loss.js';
import { describeLottery } from './contract/describe-lottery.js';
import { describePace } from './contract/describe-pace.js';
import { describeSessions } from './contract/describe-sessions.js';
import { describeSlots } from './contract/describe-slots.js';
import { type Open, openMemory, openRedis } from './stores.js';

/** What every campaign store promises; both are held to the same. */
function describeCampaignStore(adapter: string, open: Open): void {
  describeDoor(adapter, open);
  describeSlots(adapter, open);
  describeAllowance(adapter, open);
  describePace(adapter, open);
  describeLimits(adapter, open);
  describeLine(adapter, open);
  describeCalling(adapter, open);
  describeLapses(adapter, open);
  describeLoss(adapter, open);
  describeLottery(adapter, open);
  describeEpochs(adapter, open);
  describeSessions(adapter, open);
}

describeCampaignStore('memory', openMemory);
const redis = sharedRedis();
describeCampaignStore('Redis', (clock) => openRedis(redis(), clock));
