import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLoopback, isTooBroad, isWildcard, parseCidr } from '../../src/config/network-address.js';

const broad = (text: string) => isTooBroad(parseCidr(text)!);

describe('Addresses', () => {
  it('of this machine are loopback in every spelling, and names are not', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1']) {
      expect([host, isLoopback(host)]).toEqual([host, true]);
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'gateway', '127.0.0.1.example.com', '127.1', '']) {
      expect([host, isLoopback(host)]).toEqual([host, false]);
    }
  });

  it('that stand for every address are told from the others', () => {
    expect(['0.0.0.0', '::', '[::]', '0:0:0:0:0:0:0:0'].map(isWildcard)).toEqual([true, true, true, true]);
    expect(['127.0.0.1', '::1', '10.0.0.0', 'localhost'].map(isWildcard)).toEqual([false, false, false, false]);
  });

  it('and ranges are read strictly', () => {
    expect(parseCidr('10.1.2.3/8')).toEqual({ family: 4, prefixLength: 8, network: '10.0.0.0' });
    expect(parseCidr('192.0.2.7')).toEqual({ family: 4, prefixLength: 32, network: '192.0.2.7' });
    expect(parseCidr('2001:DB8::1/32')).toEqual({ family: 6, prefixLength: 32, network: '2001:db8::' });
    expect(parseCidr('::ffff:10.0.0.0/104')).toEqual({ family: 4, prefixLength: 8, network: '10.0.0.0' });
    const wrong = [
      '10.0.0.0/33',
      '::/129',
      '10.0.0/8',
      '10/8',
      '0x7f.1',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '/8',
      '10.0.0.0/-1',
    ];
    for (const text of [...wrong, 'fe80::1%eth0', 'proxy', '', ' 10.0.0.0/8', '010.0.0.1/8', '10.0.0.0/+8']) {
      expect([text, parseCidr(text)]).toEqual([text, undefined]);
    }
  });

  it('of private networks are narrow enough, and wider ones are not', () => {
    for (const text of ['10.0.0.0/8', '172.16.0.0/12', '127.0.0.0/8', 'fc00::/7', 'fd00::/8', '2001:db8::/32', '::1']) {
      expect([text, broad(text)]).toEqual([text, false]);
    }
    for (const text of ['0.0.0.0/0', '0.0.0.0/1', '64.0.0.0/7', '::/0', '2000::/3', '::ffff:0:0/96', '::/64']) {
      expect([text, broad(text)]).toEqual([text, true]);
    }
  });

  it('in ranges that are allowed are never more than a /8 of IPv4 or a /7 of IPv6', () => {
    const range = fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 128 }));
    fc.assert(
      fc.property(range, ([address, length]) => {
        const cidr = parseCidr(`${address}/${length}`);
        fc.pre(cidr !== undefined && !isTooBroad(cidr));
        expect(cidr!.prefixLength).toBeGreaterThanOrEqual(cidr!.family === 4 ? 8 : 7);
      }),
    );
  });
});
