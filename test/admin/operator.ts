/** Gateways with an admin API, and the people who use it. */
import { createHash } from 'node:crypto';
import request, { type Test } from 'supertest';
import type { GatewaySettings, RunningGateway } from '../support/gateway.js';

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

export const ADMIN = {
  tokens: [
    { name: 'grafana', sha256: hash('look-only'), role: 'viewer' },
    { name: 'ops', sha256: hash('turn-the-wheel'), role: 'operator' },
  ],
};

/** Settings of a gateway that somebody operates. */
export function operated(settings: GatewaySettings = {}): GatewaySettings {
  return { ...settings, admin: ADMIN };
}

export const LNY = '/admin/v1/campaigns/lny';

type Method = 'get' | 'put' | 'patch' | 'post' | 'delete';

/** One call of the admin API. */
export function call(gateway: RunningGateway, method: Method, path: string, token = 'turn-the-wheel'): Test {
  const test = request(gateway.adminUrl)[method](path);
  return token === '' ? test : test.set('Authorization', `Bearer ${token}`);
}

export function change(gateway: RunningGateway, body: object, path = LNY): Test {
  return call(gateway, 'patch', path).send({ reason: 'a test', ...body });
}
