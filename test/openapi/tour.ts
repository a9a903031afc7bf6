/** Every answer that a client can get, provoked on running gateways; each is judged by the OpenAPI document. */

import { call, operated } from '../admin/operator.js';
import { type Answer, claim, type Sent, send } from '../gateway/client.js';
import type { GatewayBench, GatewaySettings, RunningGateway } from '../support/gateway.js';
import type { RecordingUpstream, Respond } from '../support/recording-upstream.js';
import { until } from '../support/until.js';
import { judge } from './document.js';

export class Tour {
  /** Names of the answers met. */
  readonly met = new Set<string>();
  readonly faults: string[] = [];

  constructor(private readonly bench: GatewayBench) {}

  async behind(campaign: object = {}, settings: GatewaySettings = {}, respond?: Respond): Promise<Stand> {
    const upstream = await this.bench.recording(respond);
    const gateway = await this.bench.open(upstream.url, operated({ ...settings, campaign: { ...campaign } }));
    return new Stand(this, gateway, upstream);
  }

  note(sent: Sent, answer: Answer): Answer {
    const { name, faults } = judge(sent, answer);
    this.met.add(name);
    this.faults.push(...faults.map((fault) => `${name}: ${fault}`));
    return answer;
  }
}

/** One gateway, and somebody who asks it. */
export class Stand {
  constructor(
    private readonly tour: Tour,
    readonly gateway: RunningGateway,
    readonly upstream: RecordingUpstream,
  ) {}

  async send(sent: Sent): Promise<Answer> {
    return this.tour.note(sent, await send(this.gateway.port, sent));
  }

  async claim(user: string, more: Partial<Sent> = {}): Promise<Answer> {
    const sent = { method: 'POST', path: '/campaigns/lny/claims', ...more };
    return this.tour.note(sent, await claim(this.gateway.port, user, more));
  }

  line(method: string, path: string, user: string, headers: Sent['headers'] = {}): Promise<Answer> {
    return this.send({
      method,
      path: `/queue/lny/${path}`,
      headers: user === '' ? headers : { 'x-user-id': user, ...headers },
    });
  }

  async join(user: string, headers: Sent['headers'] = {}): Promise<string> {
    const answer = await this.line('POST', 'tickets', user, headers);
    return answer.status < 300 ? String(answer.json().ticket) : '';
  }

  /** Claims until the answer is one that `holds`. */
  async claimUntil(user: string, holds: (answer: Answer) => boolean, more: Partial<Sent> = {}): Promise<void> {
    await until(async () => holds(await this.claim(user, more)));
  }

  async reset(): Promise<void> {
    const body = { reason: 'a test', confirm: 'lny' };
    await call(this.gateway, 'post', '/admin/v1/campaigns/lny/reset').send(body).expect(200);
    await until(async () => (await call(this.gateway, 'get', '/admin/v1/campaigns/lny')).body.line.epoch === 2);
  }
}
