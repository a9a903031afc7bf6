import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { AccessLog, type AccessLogSettings } from '../../src/http/access-log.js';
import { RequestFacts } from '../../src/http/request-facts.js';
import { createLogger, HIDDEN } from '../../src/kernel/logger.js';
import { Counter } from '../../src/metrics/instruments.js';
import { FakeClock } from '../support/fake-clock.js';

function kit(settings: AccessLogSettings) {
  const lines: string[] = [];
  const clock = new FakeClock();
  const logger = createLogger('info', { destination: { write: (line: string) => void lines.push(line) } });
  const counter = new Counter();
  const log = new AccessLog({ clock, logger, settings, dropped: counter });
  const answered = (status: number, path = '/campaigns/lny/claims', remoteAddress = '192.0.2.77') => {
    const facts = new RequestFacts({ next: () => 'abc.1' }, path, 'secret=1', 0);
    facts.campaign = 'lny';
    facts.route = 'claim';
    log.answered({ method: 'POST', facts, socket: { remoteAddress } } as unknown as Request, status, 0.0123456789);
  };
  const objects = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { clock, logger, answered, objects, dropped: () => counter.value };
}

describe('The access log', () => {
  it('follows the level that operators set, up and down', () => {
    const { logger, answered, objects } = kit({ access: 'all', accessPerSecond: 10 });
    logger.level = 'warn';
    answered(201);
    logger.level = 'debug';
    answered(503);
    expect(objects()).toMatchObject([{ 'http.response.status_code': 503 }]);
  });

  it('writes one JSON object a line, under the names of OpenTelemetry', () => {
    const { answered, objects } = kit({ access: 'all', accessPerSecond: 10 });
    answered(201);
    expect(objects()).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        'service.name': 'spillway',
        'http.request.method': 'POST',
        'url.path': '/campaigns/lny/claims',
        'http.response.status_code': 201,
        'http.server.request.duration': 0.012346,
        'network.peer.address': '192.0.2.0/24',
        'spillway.request_id': 'abc.1',
        'spillway.campaign': 'lny',
        'spillway.route': 'claim',
        'spillway.outcome': 'refused',
        msg: 'A request was answered',
      },
    ]);
  });

  it('writes no ticket, no query and no whole address', () => {
    const { answered, objects } = kit({ access: 'all', accessPerSecond: 10 });
    answered(200, '/queue/lny/tickets/AbCdEf123', '2001:db8:1:2:3::9');
    expect(objects()[0]).toMatchObject({
      'url.path': '/queue/lny/tickets/…',
      'network.peer.address': '2001:db8:1::/48',
    });
    expect(JSON.stringify(objects())).not.toMatch(/AbCdEf|secret|1:2:3/);
  });

  it('writes by default what failed or was not waited for, and else nothing', () => {
    const { answered, objects } = kit({ access: 'errors', accessPerSecond: 10 });
    for (const status of [200, 429, 500, 504, 0]) answered(status);
    expect(objects().map((line) => line['http.response.status_code'] ?? line['spillway.outcome'])).toEqual([
      ...[500, 504],
      'client_abort',
    ]);
  });

  it('writes so many lines a second and no more, and says with the next how many it left out', async () => {
    const { clock, answered, objects, dropped } = kit({ access: 'all', accessPerSecond: 3 });
    for (let at = 0; at < 10; at++) answered(200);
    expect([objects().length, dropped()]).toEqual([3, 7]);
    await clock.advance(1000);
    answered(200);
    answered(200);
    expect(objects().map((line) => line['spillway.lines_dropped'])).toEqual([
      undefined,
      undefined,
      undefined,
      7,
      undefined,
    ]);
  });

  it('costs nothing once the level leaves it out, which may be while it runs', () => {
    const { logger, answered, objects, dropped } = kit({ access: 'all', accessPerSecond: 1 });
    logger.level = 'warn';
    answered(200);
    answered(200);
    expect([objects().length, dropped()]).toEqual([0, 0]);
    logger.level = 'info';
    answered(200);
    expect(objects()).toHaveLength(1);
  });
});

describe('Every line', () => {
  it('hides what is named like a secret, however deep it came', () => {
    const { logger, objects } = kit({ access: 'all', accessPerSecond: 1 });
    const headers = {
      authorization: 'Bearer s3cret',
      cookie: 's3cret',
      'spillway-ticket': 's3cret',
      accept: 'text/html',
    };
    logger.info({ token: 's3cret', req: { headers, body: 's3cret' }, claimant: 's3cret', campaign: 'lny' }, 'A line');
    expect(JSON.stringify(objects())).not.toContain('s3cret');
    expect(objects()[0]).toMatchObject({ token: HIDDEN, req: { headers: { accept: 'text/html' } }, campaign: 'lny' });
  });
});
