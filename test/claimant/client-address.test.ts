import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ClientAddresses } from '../../src/claimant/client-address.js';
import { parseForwardedAddress, parseIpAddress } from '../../src/claimant/ip-address.js';
import { TrustedProxies } from '../../src/claimant/trusted-proxies.js';

const addresses = new ClientAddresses(['10.0.0.0/8', '2001:db8:f::/48', '192.0.2.7']);
const client = (peer: string | undefined, forwardedFor?: string) => addresses.resolve(peer, forwardedFor).text;

describe('the client address', () => {
  it('is the peer, where no listed proxy speaks for it', () => {
    expect(client('203.0.113.9')).toBe('203.0.113.9');
    expect(client('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
    expect(client('10.1.2.3')).toBe('10.1.2.3');
    expect(client(undefined, '198.51.100.1')).toBe('unknown');
  });

  it('is the entry that the last listed proxy wrote, not what a client wrote before', () => {
    expect(client('10.0.0.1', '198.51.100.1')).toBe('198.51.100.1');
    expect(client('10.0.0.1', '1.1.1.1, 198.51.100.1')).toBe('198.51.100.1');
    expect(client('10.0.0.1', '1.1.1.1,198.51.100.1 , 10.9.9.9,\t192.0.2.7')).toBe('198.51.100.1');
  });

  it('is the leftmost where all are listed', () => {
    expect(client('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
  });

  it('stops at an entry that is no address', () => {
    expect(client('10.0.0.1', '198.51.100.1, junk')).toBe('10.0.0.1');
    expect(client('10.0.0.1', '198.51.100.1, junk, 10.0.0.2')).toBe('10.0.0.2');
    expect(client('10.0.0.1', '')).toBe('10.0.0.1');
    expect(client('10.0.0.1', ',')).toBe('10.0.0.1');
  });

  it('walks only so far', () => {
    const chain = Array.from({ length: 40 }, (_, i) => `10.0.1.${i}`).join(', ');
    expect(client('10.0.0.1', `198.51.100.1, ${chain}`)).toBe('10.0.1.8');
  });

  it('is one text for one address', () => {
    expect(client('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(client('::ffff:10.0.0.1', '2001:0DB8:0::0001')).toBe('2001:db8::1');
    expect(client('2001:db8:f::1', '[2001:db8:1::1]:4711')).toBe('2001:db8:1::1');
    expect(client('10.0.0.1', '198.51.100.1:4711')).toBe('198.51.100.1');
    expect(client('fe80::1%eth0')).toBe('fe80::1');
  });

  it('shares a key with its /64 in IPv6, and with nobody in IPv4', () => {
    expect(addresses.resolve('2001:db8:1:2:3:4:5:6', undefined).key).toBe('2001:db8:1:2::/64');
    expect(addresses.resolve('2001:db8:1:2:ffff::', undefined).key).toBe('2001:db8:1:2::/64');
    expect(addresses.resolve('203.0.113.9', undefined).key).toBe('203.0.113.9');
  });

  it('says whether the peer is listed, whoever the client is', () => {
    expect(addresses.resolve('10.0.0.1', '198.51.100.1').fromTrustedPeer).toBe(true);
    expect(addresses.resolve('203.0.113.9', '10.0.0.1').fromTrustedPeer).toBe(false);
    expect(addresses.resolve(undefined, undefined).fromTrustedPeer).toBe(false);
  });

  const entry = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('10.0.0.2', '2001:db8:f::2', 'junk', '', '10.0.0.256', '010.0.0.1', '::ffff:10.0.0.3'),
  );

  it('walks as a plain model does', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8:f::/48', '192.0.2.7']);
    fc.assert(
      fc.property(entry, fc.array(entry, { maxLength: 6 }), (peer, entries) => {
        let expected = parseIpAddress(peer);
        const left = [...entries];
        while (expected !== null && proxies.trusts(expected) && left.length > 0) {
          const next = parseForwardedAddress(left.pop() ?? '');
          if (next === null) break;
          expected = next;
        }
        expect(client(peer, entries.join(', '))).toBe(expected?.text ?? 'unknown');
      }),
      { numRuns: 2000 },
    );
  });

  it('is never what a client claims through a proxy that is not listed', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (peer, claimed) => {
        fc.pre(!peer.startsWith('10.') && peer !== '192.0.2.7');
        expect(client(peer, claimed)).toBe(peer);
      }),
    );
  });
});

describe('an IP address', () => {
  it.each([
    '1',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '1.2.3.4.5',
    '1.2.3.256',
    '',
    ' 1.2.3.4',
    'a',
    ':',
    '1::2::3',
    `${'0'.repeat(99)}::`,
  ])('%j is none', (text) => {
    expect(parseIpAddress(text)).toBeNull();
  });

  it.each(['fe80::1%eth0', '[::1', '[1.2.3.4]', '[::1]x', '1.2.3.4:', '1.2.3.4:999999', '::1:', 'unknown', '_hidden'])(
    '%j is none in X-Forwarded-For',
    (text) => {
      expect(parseForwardedAddress(text)).toBeNull();
    },
  );

  it('is the same after being written and read again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseIpAddress(text);
        expect(address).not.toBeNull();
        expect(parseIpAddress(address?.text ?? '')).toEqual(address);
      }),
    );
  });
});

describe('trusted proxies', () => {
  it('read mapped ranges and single addresses', () => {
    const mapped = new TrustedProxies(['::ffff:10.0.0.0/104', '2001:db8::1']);
    const trusts = (text: string) => mapped.trusts(parseIpAddress(text) ?? fail(text));
    expect(['10.255.0.1', '::ffff:10.0.0.1', '2001:db8::1'].map(trusts)).toEqual([true, true, true]);
    expect(['11.0.0.1', '2001:db8::2'].map(trusts)).toEqual([false, false]);
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '::ffff:0.0.0.0/96',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0/8',
    'all',
    '',
  ])('refuse %j', (cidr) => {
    expect(() => new TrustedProxies([cidr])).toThrow(RangeError);
  });
});

function fail(text: string): never {
  throw new Error(`${text} is no address`);
}
