/** A composed gateway on free ports, with a claim service behind it. */
import pino from 'pino';
import { composeGateway, type Gateway } from '../../src/compose/gateway.js';
import { loadConfig } from '../../src/config/load.js';
import { systemClock } from '../../src/kernel/clock.js';
import { type ClaimService, startClaimService } from '../../src/sample/claim-service.js';

export interface RealGateway {
  readonly url: string;
  readonly gateway: Gateway;
  readonly service: ClaimService;
  stop(): Promise<void>;
}

export interface RealGatewayOptions {
  readonly ratePerSecond: number;
  readonly burst: number;
  /** Further members of the campaign, as YAML in flow style. */
  readonly schedule?: string;
}

export async function startRealGateway(options: RealGatewayOptions): Promise<RealGateway> {
  const service = await startClaimService({ serviceMs: 5 });
  const text = `
server: { port: 0, drainMs: 100 }
admin: { port: 0 }
upstreams: [ { id: incentives, targets: [ '${service.url}' ], concurrency: { mode: fixed, limit: 10 } } ]
campaigns:
  - id: lny
    upstream: incentives
    routes: [ { methods: [POST], path: /campaigns/lny/claims } ]
    schedule: ${options.schedule ?? '{}'}
    claimant: { from: header, name: x-user-id, unverified: true }
    admission: { ratePerSecond: ${options.ratePerSecond}, burst: ${options.burst} }
    queue: { holdMs: 0, graceMs: 5000, poll: { nearMs: 100, maxMs: 1000 } }
`;
  const gateway = await composeGateway({
    loaded: loadConfig({ file: 'test.yaml', text, env: {} }),
    clock: systemClock,
    random: Math.random,
    logger: pino({ level: 'silent' }),
    version: 'test',
  });
  return {
    url: `http://127.0.0.1:${gateway.port}`,
    gateway,
    service,
    stop: async () => {
      await gateway.stop();
      await service.stop();
    },
  };
}
