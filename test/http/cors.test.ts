import { describe, expect, it } from '@jest/globals';
import { Cors } from '../../src/http/cors.js';

const shop = 'https://shop.example';
const asked = { origin: shop, 'access-control-request-method': 'POST' };
const named = (fields: readonly string[] | null, name: string) => {
  const at = fields?.indexOf(name) ?? -1;
  return at === -1 ? undefined : fields?.[at + 1];
};

describe('CORS', () => {
  it('is silent where no origin is configured', () => {
    const cors = new Cors([]);
    expect(cors.fields(shop)).toEqual([]);
    expect(cors.preflight('OPTIONS', asked, ['POST'])).toBeNull();
  });

  it('names a listed origin, exposes the fields of the contract, and varies by origin', () => {
    const fields = new Cors([shop]).fields(shop);
    expect(named(fields, 'Access-Control-Allow-Origin')).toBe(shop);
    expect(named(fields, 'Access-Control-Allow-Credentials')).toBe('true');
    expect(named(fields, 'Vary')).toBe('Origin');
    expect(named(fields, 'Access-Control-Expose-Headers')?.split(', ')).toEqual(
      expect.arrayContaining(['Retry-After', 'RateLimit', 'RateLimit-Policy', 'Spillway-Code', 'Idempotency-Replayed']),
    );
  });

  it.each([undefined, 'null', 'https://evil.example', 'https://shop.example.evil', 'HTTPS://shop.example'])(
    'gives nothing but Vary to origin %s',
    (origin) => {
      expect(new Cors([shop]).fields(origin)).toEqual(['Vary', 'Origin']);
    },
  );

  it('lets any origin read but send no credentials under *', () => {
    const cors = new Cors(['*', shop]);
    expect(named(cors.fields('https://other.example'), 'Access-Control-Allow-Origin')).toBe('*');
    expect(named(cors.fields('https://other.example'), 'Access-Control-Allow-Credentials')).toBeUndefined();
    expect(named(cors.fields(shop), 'Access-Control-Allow-Origin')).toBe(shop);
    expect(new Cors(['*']).fields(undefined)).not.toContain('Vary');
  });

  it('answers a preflight of a listed origin with what it may send', () => {
    const headers = { ...asked, 'access-control-request-headers': 'content-type,idempotency-key' };
    const answer = new Cors([shop]).preflight('OPTIONS', headers, ['POST', 'GET']);
    expect(named(answer, 'Access-Control-Allow-Origin')).toBe(shop);
    expect(named(answer, 'Access-Control-Allow-Methods')).toBe('POST, GET');
    expect(named(answer, 'Access-Control-Allow-Headers')).toBe('content-type,idempotency-key');
    expect(named(answer, 'Vary')).toContain('Access-Control-Request-Headers');
  });

  it('permits nothing in the preflight of another origin', () => {
    const answer = new Cors([shop]).preflight('OPTIONS', { ...asked, origin: 'https://evil.example' }, ['POST']);
    expect(answer?.filter((part) => part.startsWith('Access-Control-Allow'))).toEqual([]);
  });

  it('takes only OPTIONS with origin and method for a preflight', () => {
    const cors = new Cors([shop]);
    expect(cors.preflight('POST', asked, [])).toBeNull();
    expect(cors.preflight('OPTIONS', { origin: shop }, [])).toBeNull();
    expect(cors.preflight('OPTIONS', { 'access-control-request-method': 'POST' }, [])).toBeNull();
  });

  it('sends back no field names that are none', () => {
    const headers = { ...asked, 'access-control-request-headers': 'a\r\nSet-Cookie: b' };
    expect(new Cors([shop]).preflight('OPTIONS', headers, ['POST'])).not.toContain('Access-Control-Allow-Headers');
  });

  it.each([
    'https://shop.example/',
    'shop.example',
    'https://shop.example/path',
    'https://u@shop.example',
    'HTTPS://SHOP',
  ])('refuses to be configured with %s', (origin) => {
    expect(() => new Cors([origin])).toThrow(RangeError);
  });

  it('takes the origins of apps in a web view', () => {
    expect(named(new Cors(['capacitor://localhost']).fields('capacitor://localhost'), 'Vary')).toBe('Origin');
  });
});
