import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AdmissionProof, type ProvenRequest } from '../../src/proxy/admission-proof.js';
import { FakeClock } from '../support/fake-clock.js';

const SECRET = Buffer.from('shared by gateway and service: 32+');
const NOW_S = 1_770_000_000;
const page = readFileSync('docs/admission-proof.md', 'utf8');
const codeIn = (language: string): string =>
  new RegExp(`\`\`\`${language}\n(export|import|func).*?\n\`\`\``, 's')
    .exec(page)![0]
    .split('\n')
    .slice(1, -1)
    .join('\n');

type Verifier = (request: object, keys: object, now: number) => boolean;
const verifier = (await import(`data:text/javascript,${encodeURIComponent(codeIn('js'))}`)) as {
  cameThroughSpillway: Verifier;
};
/** Of 100 MB: whoever has none, or does not want to wait for it, is told by the skipped test. */
const hasGo = spawnSync('go', ['version']).status === 0;
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

  const inGo = hasGo ? it : it.skip;
  inGo(
    'is taken by the verifier in Go, if there is a toolchain, and refused there for another request',
    () => {
      const named = { ...claim, claimant: 'ann\xe9' };
      const proof = prove(named);
      const raw = (changes: Record<string, string>, target = claim.target) => {
        const fields = Object.entries({ ...received(named, proof).headers, ...changes });
        const lines = [`POST ${target} HTTP/1.1`, 'Host: a', ...fields.map(([name, value]) => `${name}: ${value}`)];
        return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1').toString('base64');
      };
      const cases: Array<[string, number]> = [
        [raw({}), NOW_S],
        [raw({}), NOW_S + 31],
        [raw({}), NOW_S - 31],
        [raw({ 'spillway-claimant': 'eve' }), NOW_S],
        [raw({}, '/campaigns/lny/claims'), NOW_S],
        [raw({ 'spillway-proof': `${proof}A` }), NOW_S],
        [raw({ 'spillway-proof': proof.replace('.p1.', '.p2.') }), NOW_S],
        [raw({ 'spillway-proof': '' }), NOW_S],
      ];
      const folder = mkdtempSync(join(tmpdir(), 'spillway-go-'));
      writeFileSync(join(folder, 'main.go'), goProgram());
      const input = cases.map(([request, now]) => `${request} ${now}`).join('\n');
      const printed = execFileSync('go', ['run', join(folder, 'main.go')], { input, encoding: 'utf8' });
      rmSync(folder, { recursive: true });
      expect(printed.trim().split('\n')).toEqual(['true', ...cases.slice(1).map(() => 'false')]);
    },
    180_000,
  );
});

/** Reads one request a line, in base64, and the time. */
function goProgram(): string {
  return `package main
import ("bufio"; "bytes"; "crypto/hmac"; "crypto/sha256"; "encoding/base64"; "fmt"; "net/http"; "os"; "strconv"; "strings"; "time")
${codeIn('go')}
func main() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		text, at, _ := strings.Cut(lines.Text(), " ")
		raw, _ := base64.StdEncoding.DecodeString(text)
		now, _ := strconv.ParseInt(at, 10, 64)
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil { panic(err) }
		fmt.Println(CameThroughSpillway(r, map[string][]byte{"p1": []byte("${SECRET.toString()}")}, time.Unix(now, 0)))
	}
}
`;
}
