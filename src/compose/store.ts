/** Which store stands behind the ports: the embedded one, or Redis. */
import { randomBytes } from 'node:crypto';
import { MemoryCampaignStore } from '../admission/memory-campaign-store.js';
import { MemorySettingsStore } from '../admission/memory-settings-store.js';
import { MemorySlots } from '../admission/memory-slots.js';
import { MemoryClaimsAudit } from '../claims/memory-claims-audit.js';
import type { OpenedCampaign, Store, StoreOptions } from './store-port.js';

export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.config.store.kind !== 'redis') return openMemory(options);
  const { openRedis } = await import('./redis-store.js');
  return openRedis(options);
}

async function openMemory({ clock, config }: StoreOptions): Promise<Store> {
  const { path } = config.store;
  const kept = path === null ? null : await (await import('../durable/kept-store.js')).KeptStore.open(path);
  const slots = new Map<string, MemorySlots>();
  const opened = new Map<string, OpenedCampaign>();
  return {
    facts: {
      get up() {
        return kept?.works ?? true;
      },
      mode: 'normal',
      breaker: 'closed',
    },
    get modes() {
      return new Map([...opened.keys()].map((id) => [id, 'normal' as const]));
    },
    open(campaign) {
      // Whoever had a place when the campaign was taken out of the configuration has it still.
      const known = opened.get(campaign.id);
      if (known !== undefined) return known;
      const shared = slots.get(campaign.upstream) ?? new MemorySlots();
      slots.set(campaign.upstream, shared);
      const exchanges = new MemoryCampaignStore(shared, clock);
      const granted = { read: async () => ({ names: [...exchanges.book.marks], next: '' }) };
      const settings = new MemorySettingsStore(exchanges);
      const audit = new MemoryClaimsAudit(exchanges, settings);
      const made = {
        granted,
        ...(kept?.campaign(campaign.id, exchanges, settings, audit) ?? { exchanges, settings, audit }),
      };
      opened.set(campaign.id, made);
      return made;
    },
    gatewaysLog: kept?.gatewaysLog(new MemorySettingsStore()) ?? new MemorySettingsStore(),
    roster: { seen: async () => [] },
    secret: async () => kept?.secret() ?? randomBytes(32),
    close: async () => kept?.close(),
  };
}
