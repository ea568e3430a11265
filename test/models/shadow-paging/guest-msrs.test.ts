import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profiles } from '../../../models/shadow-paging/versions.js';
import { disagreements } from '../../vectors.js';
import { BOTH, outcome, PAT, RESET_PAT, readMsr, ruleId, ruleIds, start, writeMsr } from './bench.js';

const ALL_MTRRS = [0x2ff, 0x250, 0x258, 0x259];
for (let msr = 0x268; msr <= 0x26f; msr += 1) ALL_MTRRS.push(msr);
for (let msr = 0x200; msr <= 0x20f; msr += 1) ALL_MTRRS.push(msr);

/** Values that a guest with MAXPHYADDR 36 is refused, and by which rule. */
const REFUSED: readonly (readonly [number, bigint, string])[] = [
  [0x2ff, 0x1000n, 'def-type-reserved-bits'],
  [0x2ff, 0x306n, 'def-type-reserved-bits'],
  [0x2ff, 0x1_0000_0006n, 'def-type-reserved-bits'],
  [0x2ff, 0x7n, 'def-type-invalid-type'],
  [0x2ff, 0x2n, 'def-type-invalid-type'],
  [0x2ff, 0x80en & 0xcffn, 'def-type-invalid-type'],
  [0x200, 0x106n, 'phys-base-reserved-bits'],
  [0x200, 0x806n, 'phys-base-reserved-bits'],
  [0x200, 0x10_0000_0006n, 'phys-base-reserved-bits'],
  [0x20e, 0x8000_0000_0000_0000n, 'phys-base-reserved-bits'],
  [0x200, 0x3n, 'phys-base-invalid-type'],
  [0x200, 0x7n, 'phys-base-invalid-type'],
  [0x202, 0x10_0000_0107n, 'phys-base-invalid-type'],
  [0x201, 0x1n, 'phys-mask-reserved-bits'],
  [0x201, 0x7ffn, 'phys-mask-reserved-bits'],
  [0x203, 0xc00n, 'phys-mask-reserved-bits'],
  [0x201, 0x10_0000_0800n, 'phys-mask-reserved-bits'],
  [0x20f, 0x8000_0000_0000_0800n, 'phys-mask-reserved-bits'],
  [0x250, 0x0606060606060607n, 'fixed-invalid-type'],
  [0x258, 0x1e06060606060606n, 'fixed-invalid-type'],
  [0x26f, 0x0606060206060606n, 'fixed-invalid-type'],
  [PAT, 0x0207040600070406n, 'pat-invalid-type'],
  [PAT, 0x0007040600070403n, 'pat-invalid-type'],
  [PAT, 0x0007040600080406n, 'pat-invalid-type'],
  [PAT, 0x8007040600070406n, 'pat-invalid-type'],
  [0xfe, 0x508n, 'mtrr-cap-read-only'],
  [0x210, 0x6n, 'absent-msr'],
  [0x21f, 0x0n, 'absent-msr'],
  [0x2f0, 0x0n, 'absent-msr'],
];

/** Values on the edge of what the same guest is allowed. */
const ACCEPTED: readonly (readonly [number, bigint])[] = [
  [0x2ff, 0xc06n],
  [0x2ff, 0x400n],
  [0x201, 0xf_ffff_f800n],
  [0x201, 0x800n],
  [0x20f, 0xf_0f00_0000n],
  [0x200, 0xf_ffff_f006n],
  [0x20e, 0x1001n],
  [0x250, 0x0001040506060504n],
  [0x26f, 0x0605040100000000n],
  [PAT, 0x0001040506070707n],
  [PAT, 0x0706050401000000n],
];

describe.each(BOTH)('%s', (profile) => {
  test('starts with all MTRRs 0 and PAT in its reset state, on every vCPU', () => {
    const model = start(profile, { vcpus: 8 });
    for (const vcpu of [0, 3, 7]) {
      expect(readMsr(model, vcpu, PAT)).toBe(RESET_PAT);
      expect(ALL_MTRRS.map((msr) => readMsr(model, vcpu, msr))).toEqual(ALL_MTRRS.map(() => 0n));
    }
  });

  test('reads 0x508 from MTRRcap and refuses to write it', () => {
    const model = start(profile);
    expect(readMsr(model, 0, 0xfe)).toBe(0x508n);
    expect(outcome(writeMsr(model, 0, 0xfe, 0x508n))).toBe('gp');
  });

  test.each(REFUSED)('refuses MSR %x := %x by %s and keeps the old value', (msr, value, rule) => {
    const model = start(profile, { maxPhysAddr: 36 });
    const before = readMsr(model, 0, msr);
    const refusal = writeMsr(model, 0, msr, value);
    expect([outcome(refusal), ruleId(refusal)]).toEqual(['gp', `shadow-paging.${rule}`]);
    expect(readMsr(model, 0, msr)).toBe(before);
  });

  test.each(ACCEPTED)('accepts MSR %x := %x and reads it back', (msr, value) => {
    const model = start(profile, { maxPhysAddr: 36 });
    expect(outcome(writeMsr(model, 0, msr, value))).toBe('ok');
    expect(readMsr(model, 0, msr)).toBe(value);
  });

  test('has bits of base and mask up to MAXPHYADDR of the guest, whatever it is', () => {
    for (const maxPhysAddr of [36, 39, 40, 46, 48, 52]) {
      const model = start(profile, { maxPhysAddr });
      const top = 1n << BigInt(maxPhysAddr - 1);
      expect([top, 2n * top].map((bit) => outcome(writeMsr(model, 0, 0x204, bit)))).toEqual(['ok', 'gp']);
      expect([top, 2n * top].map((bit) => outcome(writeMsr(model, 0, 0x205, bit)))).toEqual(['ok', 'gp']);
    }
  });

  test('refuses to read a ninth variable pair', () => {
    const model = start(profile);
    expect([0x20f, 0x210, 0x211, 0x21f].map((msr) => outcome(model.readMsr(0, msr)))).toEqual(['ok', 'gp', 'gp', 'gp']);
  });

  test('has the MTRR MSRs for a guest without CPUID.MTRR too', () => {
    const model = start(profile, { guestMtrr: false });
    expect(outcome(writeMsr(model, 0, 0x2ff, 0xc06n))).toBe('ok');
    expect(readMsr(model, 0, 0x2ff)).toBe(0xc06n);
  });

  test('keeps each register of each vCPU apart', () => {
    const model = start(profile);
    const registers = [...ALL_MTRRS, PAT].flatMap((msr) => [0, 1].map((vcpu) => [vcpu, msr] as const));
    const value = (vcpu: number, msr: number): bigint => (msr === 0x2ff ? BigInt([1, 4][vcpu]) : distinct(vcpu, msr));
    for (const [vcpu, msr] of registers) expect(outcome(writeMsr(model, vcpu, msr, value(vcpu, msr)))).toBe('ok');
    for (const [vcpu, msr] of registers) expect(readMsr(model, vcpu, msr)).toBe(value(vcpu, msr));
  });
});

/** A value that differs from MSR to MSR: a frame number for variable MTRRs, base-5 digits as types for the rest. */
function distinct(vcpu: number, msr: number): bigint {
  if (msr <= 0x20f) return BigInt((msr - 0x1ff + 16 * vcpu) * 0x1000);
  const types = [0n, 1n, 4n, 5n, 6n];
  let rest = 2 * msr + vcpu;
  let value = 0n;
  for (let byte = 0n; byte < 8n; byte += 1n) {
    value |= types[rest % 5] << (8n * byte);
    rest = Math.floor(rest / 5);
  }
  return value;
}

interface Recorded {
  readonly profile: string;
  readonly scenario: { readonly name: string; readonly steps: readonly { readonly op: string }[] };
  readonly observations: readonly Record<string, unknown>[];
}

function recorded(file: string, profile: string): Recorded[] {
  const path = join(__dirname, '../../../corpora/conformance/recorded', file);
  const lines = readFileSync(path, 'utf8').split('\n');
  const all = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
  return all.filter((vector) => vector.profile === profile);
}

describe('answers recorded from the MSR and CR0 code of Linux, which is one for all ways of paging', () => {
  test.each(profiles)('$name reads and writes MSRs as recorded from 6.16', (profile) => {
    const vectors = recorded('kvm-msr.jsonl', 'intel-ept/6.16');
    expect(vectors.length).toBeGreaterThan(50);
    expect(vectors.flatMap((vector) => disagreements(profile, vector))).toEqual([]);
  });

  test.each(profiles)('$name writes and reads MSRs and CR0 as recorded from AMD', (profile) => {
    const vectors = recorded('kvm-npt.jsonl', 'amd-npt/gpat').map(({ profile: name, scenario, observations }) => ({
      profile: name,
      scenario,
      observations: observations.map((observation, step) =>
        scenario.steps[step].op === 'access' ? { outcome: 'undefined' } : observation,
      ),
    }));
    expect(vectors.length).toBeGreaterThan(50);
    expect(vectors.flatMap((vector) => disagreements(profile, vector))).toEqual([]);
  });
});

test.each(BOTH)('on %s a register reads by the write that put its value there', (profile) => {
  const model = start(profile);
  writeMsr(model, 0, 0x200, 6n);
  writeMsr(model, 0, PAT, 6n);
  const pat = profile.endsWith('vmx') ? 'vmx-pat-live' : 'svm-pat-stored';
  expect([0x200, 0x201, PAT].map((msr) => ruleIds(model.readMsr(0, msr)))).toEqual([
    ['mtrr-stored', 'msr-read'],
    ['register-at-start', 'msr-read'],
    [pat, 'msr-read'],
  ]);
});
