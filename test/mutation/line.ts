/** All that should notice a change of the line, on memory alone and in one file: quick enough for every mutant. */
import './first-failure.js';
import '../waiting-room/caller.test.js';
import '../waiting-room/calling.test.js';
import '../waiting-room/claimant-places.test.js';
import '../waiting-room/gaps.test.js';
import '../waiting-room/grace-clock.test.js';
import '../waiting-room/grace-ladder.test.js';
import '../waiting-room/line-notes.test.js';
import '../waiting-room/lottery.test.js';
import '../waiting-room/memory-line.test.js';
import '../waiting-room/patience.test.js';
import '../waiting-room/poll-schedule.test.js';
import '../waiting-room/recent-pace.test.js';
import '../waiting-room/session-tickets.test.js';
import '../waiting-room/standing.test.js';
import '../waiting-room/tickets.test.js';
import { describeCampaignStore } from '../admission/contract/describe-campaign-store.js';
import { openMemory } from '../admission/stores.js';

describeCampaignStore('memory', openMemory);
