/** What the store promises of the line, on memory alone: quick enough to judge every mutant of it. */
import { describeCampaignStore } from '../admission/contract/describe-campaign-store.js';
import { openMemory } from '../admission/stores.js';

describeCampaignStore('memory', openMemory);
