import { sharedRedis } from '../support/redis-server.js';
import { describeCampaignStore } from './contract/describe-campaign-store.js';
import { openMemory, openRedis } from './stores.js';

describeCampaignStore('memory', openMemory);
const redis = sharedRedis();
describeCampaignStore('Redis', (clock) => openRedis(redis(), clock));
describeCampaignStore('Redis in three lanes', (clock) => openRedis(redis(), clock, 3));
