import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AdmissionProof, type ProvenRequest } from '../../src/proxy/admission-proof.js';
import { FakeClock } from '../support/fake-clock.js';

const SECRET = Buffer.from('shared by gateway and service: 32+');
const NOW_S = 1_770_000_000;
const page = readFileSync('docs/admission-proof.md', 'utf8');
const codeIn = (language: string): string =>
  new RegExp(`\`\`\`${language}\n(export|import).*?\n\`\`\``, 's').exec(page)![0].split('\n').slice(1, -1).join('\n');

type Verifier = (request: object, keys: object, now: number) => boolean;
const verifier = (await import(`data:text/javascript,${encodeURIComponent(codeIn('js'))}`)) as {
  cameThroughSpillway: Verifier;
};
const keys = { p1: SECRET };
const claim: ProvenRequest = {
  method: 'POST',
  target: '/campaigns/lny/claims?a=1',
  campaign: 'lny',
  claimant: 'ann',
  idempotencyKey: 'k-1',
};
const prove = (request: ProvenRequest, secret = SECRET) =>
  new AdmissionProof({ id: 'p1', secret }, new FakeClock(NOW_S * 1000)).of(request);

/** As the service sees it. */
function received({ method, target, campaign, claimant, idempotencyKey }: ProvenRequest, proof: string) {
  const said = { 'spillway-campaign': campaign, 'spillway-claimant': claimant, 'idempotency-key': idempotencyKey };
  return { method, url: target, headers: { ...said, 'spillway-proof': proof } };
}

const verified = (request: ProvenRequest, proof: string, now = NOW_S) =>
  verifier.cameThroughSpillway(received(request, proof), keys, now);

describe('Spillway-Proof', () => {
  it('is taken by the verifier of the documentation, for the request it was made for', () => {
    const field = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((c) => String.fromCharCode(c)) });
    const request = fc.record({
      method: fc.constantFrom('POST', 'GET'),
      target: field,
      campaign: field,
      claimant: field,
      idempotencyKey: field,
    });
    fc.assert(
      fc.property(request, request, (one, other) => {
        expect(verified(one, prove(one))).toBe(true);
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(verified(other, prove(one))).toBe(false);
      }),
    );
  });

  it('holds for 30 seconds before and after, and under its own key only', () => {
    const proof = prove(claim);
    expect([-31, -30, 0, 30, 31].map((off) => verified(claim, proof, NOW_S + off))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(verified(claim, prove(claim, Buffer.alloc(32, 7)))).toBe(false);
    expect(verified(claim, proof.replace('.p1.', '.toString.'))).toBe(false);
  });

  it('is refused altered in any one character, cut, extended, or missing', () => {
    const proof = prove(claim);
    const altered = [...proof].map((char, at) => proof.slice(0, at) + (char === 'A' ? 'B' : 'A') + proof.slice(at + 1));
    altered.push(...[...proof].map((_, at) => proof.slice(0, at)), `${proof}A`, `${proof}.A`, '');
    expect(altered.filter((one) => verified(claim, one))).toEqual([]);
    expect(verifier.cameThroughSpillway({ ...received(claim, proof), headers: {} }, keys, NOW_S)).toBe(false);
  });

  it('is taken by the verifier in Python, and refused there for another request', () => {
    const proof = prove(claim);
    const said = received(claim, proof).headers;
    const cases = [said, { ...said, 'spillway-claimant': 'eve' }, { ...said, 'spillway-proof': `${proof}A` }, {}];
    const script = `${codeIn('python')}
import json, sys
for headers in json.load(sys.stdin):
    print(came_through_spillway("POST", ${JSON.stringify(claim.target)}, headers, {"p1": b"${SECRET.toString()}"}, ${NOW_S}))`;
    const printed = execFileSync('python3', ['-c', script], { input: JSON.stringify(cases), encoding: 'utf8' });
    expect(printed.trim().split('\n')).toEqual(['True', 'False', 'False', 'False']);
  });
});
