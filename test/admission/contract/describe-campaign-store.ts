import type { Open } from '../stores.js';
import { describeAllowance } from './describe-allowance.js';
import { describeCalling } from './describe-calling.js';
import { describeDoor } from './describe-door.js';
import { describeEpochs } from './describe-epochs.js';
import { describeLapses } from './describe-lapses.js';
import { describeLimits } from './describe-limits.js';
import { describeLine } from './describe-line.js';
import { describeLoss } from './describe-loss.js';
import { describeLottery } from './describe-lottery.js';
import { describePace } from './describe-pace.js';
import { describeSessions } from './describe-sessions.js';
import { describeSlots } from './describe-slots.js';

/** What every campaign store promises; both are held to the same. */
export function describeCampaignStore(adapter: string, open: Open): void {
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
