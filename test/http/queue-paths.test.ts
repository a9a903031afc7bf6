import { describe, expect, it } from '@jest/globals';
import { QueuePaths } from '../../src/http/queue-paths.js';

const paths = new QueuePaths('/queue');

describe('paths of the line', () => {
  it.each([
    ['/queue/lny', { kind: 'campaign', campaign: 'lny', ticket: '' }],
    ['/queue/lny/status.json', { kind: 'status', campaign: 'lny', ticket: '' }],
    ['/queue/lny/leave', { kind: 'leave', campaign: 'lny', ticket: '' }],
    ['/queue/lny/tickets', { kind: 'tickets', campaign: 'lny', ticket: '' }],
    ['/queue/lny/tickets/me', { kind: 'ticket', campaign: 'lny', ticket: 'me' }],
    ['/queue/lny/tickets/a_b-c', { kind: 'ticket', campaign: 'lny', ticket: 'a_b-c' }],
    ['/queue/l%6Ey/tickets/m%65', { kind: 'ticket', campaign: 'lny', ticket: 'me' }],
  ])('%s is one', (path, expected) => {
    expect(paths.read(path)).toEqual(expected);
  });

  it.each([
    ...['/', '/queue', '/queue/', '/queues/lny', '/queuex', '/Queue/lny', '/other/lny', '/queue/lny/', '/queue/lny/x'],
    ...[
      '/queue/lny/Tickets',
      '/queue/lny/leave/',
      '/queue/lny/leave/me',
      '/queue/lny/tickets/',
      '/queue/lny/tickets/me/',
      '/queue/lny/tickets/me/more',
    ],
    ...['/queue/lny/status.json/', '/queue/lny/status.json/me', '/a/queue/lny'],
  ])('%s is none', (path) => {
    expect(paths.read(path)).toBeNull();
  });

  it('stand below a base path of several segments', () => {
    expect(new QueuePaths('/a/b').read('/a/b/lny/tickets')).toEqual({ kind: 'tickets', campaign: 'lny', ticket: '' });
  });

  it('are refused where a part cannot be decoded, and only there', () => {
    expect(() => paths.read('/queue/%ff/tickets/me')).toThrow(URIError);
    expect(() => paths.read('/queue/lny/tickets/%c3')).toThrow(URIError);
    expect(paths.read('/queue/%ff/other')).toBeNull();
  });
});
