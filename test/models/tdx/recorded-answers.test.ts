/**
 * Answers of KVM 6.16 with EPT, recorded from the real code, where a TD's are the same by the profile's definition: registers always, accesses
 * where guest PAT is not ignored.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profiles } from '../../../models/tdx/versions.js';
import { disagreements } from '../../vectors.js';

interface Recorded {
  readonly profile: string;
  readonly scenario: {
    readonly name: string;
    readonly machine?: Machine;
    readonly steps: readonly { readonly op: string; readonly kind?: string }[];
  };
  readonly observations: readonly Record<string, unknown>[];
}
interface Machine {
  readonly quirks?: readonly string[];
  readonly selfSnoop?: boolean;
}

const recorded = (file: string): Recorded[] =>
  readFileSync(join(__dirname, '../../../corpora/conformance/recorded', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded)
    .filter(({ profile }) => profile === 'intel-ept/6.16');

/** A TD's guest cannot fetch from shared memory: these steps become reads. */
const withoutFetches = (vector: Recorded): Recorded => ({
  ...vector,
  scenario: {
    ...vector.scenario,
    steps: vector.scenario.steps.map((step) => (step.kind === 'execute' ? { ...step, kind: 'read' } : step)),
  },
});

/** Zaps at the first and last non-coherent device are for VMs that may ignore guest PAT. */
const differing = (vectors: readonly Recorded[], profile: (typeof profiles)[number]): string[] =>
  vectors.flatMap((vector) => {
    const { observations, scenario } = withoutFetches(vector);
    return disagreements(profile, { scenario, observations });
  });

test.each(profiles)('$name stores and refuses registers as recorded', (profile) => {
  const vectors = recorded('kvm-msr.jsonl');
  expect(vectors.length).toBeGreaterThan(50);
  expect(differing(vectors, profile).slice(0, 10)).toEqual([]);
});

test.each(profiles)('$name maps shared memory as recorded with the quirk disabled', (profile) => {
  const vectors = recorded('kvm-ept.jsonl').filter(
    ({ scenario: { machine } }) =>
      machine?.quirks !== undefined && !machine.quirks.includes('ignore-guest-pat') && machine.selfSnoop !== false,
  );
  expect(vectors.length).toBeGreaterThan(5);
  expect(differing(vectors, profile).slice(0, 10)).toEqual([]);
});
