import { EventEmitter, once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createApplication, createPrelinkedServer } from '../../src/http/express-app.js';
import { keepIdleTimeout } from '../../src/http/idle-timeout.js';

const KEPT_MS = 65_000;

/** What the timeouts of a connection see of it. */
class Connection extends EventEmitter {
  bytesRead = 0;
  destroyed = false;
  timeouts = 0;
  readonly nodesOwn: number[] = [];

  constructor() {
    super();
    this.on('timeout', () => this.timeouts++);
    keepIdleTimeout(this as unknown as Socket);
  }

  setTimeout(ms: number, _callback?: () => void): this {
    this.nodesOwn.push(ms);
    return this;
  }

  /** As Node's server does around each request. */
  served(): void {
    this.bytesRead += 100;
    this.setTimeout(0);
    this.setTimeout(KEPT_MS);
  }
}

describe('A connection between requests', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is told when it stood idle for its time, and for a second more', () => {
    const connection = new Connection();
    connection.served();
    jest.advanceTimersByTime(KEPT_MS + 999);
    expect(connection.timeouts).toBe(0);
    jest.advanceTimersByTime(1);
    expect(connection.timeouts).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('has one timer, whatever the number of requests, and its time from the last of them', () => {
    const connection = new Connection();
    for (let at = 0; at < 100; at++) {
      connection.served();
      jest.advanceTimersByTime(1000);
      expect(jest.getTimerCount()).toBe(1);
    }
    jest.advanceTimersByTime(KEPT_MS - 1);
    expect(connection.timeouts).toBe(0);
    jest.advanceTimersByTime(1);
    expect(connection.timeouts).toBe(1);
    expect(connection.nodesOwn).toEqual([]);
  });

  it('is not told while a request is under way', () => {
    const connection = new Connection();
    connection.served();
    connection.setTimeout(0);
    jest.advanceTimersByTime(10 * KEPT_MS);
    expect([connection.timeouts, jest.getTimerCount()]).toEqual([0, 0]);
    connection.setTimeout(KEPT_MS);
    jest.advanceTimersByTime(KEPT_MS + 1000);
    expect(connection.timeouts).toBe(1);
  });

  it('has its time again when part of a request comes in the last second', () => {
    const connection = new Connection();
    connection.served();
    jest.advanceTimersByTime(KEPT_MS + 500);
    connection.bytesRead += 10;
    jest.advanceTimersByTime(KEPT_MS + 1000);
    expect(connection.timeouts).toBe(0);
    jest.advanceTimersByTime(500);
    expect(connection.timeouts).toBe(1);
  });

  it('that is gone is not told, and neither of two times counts where somebody asks to be told of one', () => {
    const gone = new Connection();
    gone.served();
    gone.destroyed = true;
    const other = new Connection();
    other.served();
    other.setTimeout(5, () => {});
    jest.advanceTimersByTime(2 * KEPT_MS);
    expect([gone.timeouts, other.timeouts, other.nodesOwn]).toEqual([0, 0, [5]]);
  });
});

it('An idle connection to a server is closed, and one with a request under way is not', async () => {
  const app = createApplication();
  let answer: (() => void) | null = null;
  app.get('/now', (_req, res) => {
    res.send('now');
  });
  app.get('/later', (_req, res) => {
    answer = () => res.send('later');
  });
  const server = createPrelinkedServer(app, { limits: { keepAliveTimeoutMs: 20 } }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [idle, busy] = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
  idle.resume().write('GET /now HTTP/1.1\r\nHost: x\r\n\r\n');
  busy.write('GET /now HTTP/1.1\r\nHost: x\r\n\r\nGET /later HTTP/1.1\r\nHost: x\r\n\r\n');
  let said = '';
  busy.on('data', (chunk) => {
    said += chunk;
  });
  await once(idle, 'close');
  expect([busy.destroyed, said.includes('now')]).toEqual([false, true]);
  answer!();
  await once(busy, 'close');
  expect(said).toContain('later');
  server.close();
});
