import { PROFILES } from '../../../models/registry.js';
import { checkTrace, type TraceCheck } from '../../../harness/import/trace-check.js';
import { traceFile, traceText, withLine } from './trace-fixture.js';

const profile = (name: string) => PROFILES.find((known) => known.name === name)!;
const check = (text: string, name: string, known = {}): TraceCheck => {
  const own = profile(name);
  const candidates = PROFILES.filter(({ lineage }) => lineage === own.lineage);
  return checkTrace(traceFile(text), own.lineage === 'intel-ept' ? 'ept' : 'paging', [own], candidates, known);
};
const told = ({ divergences }: TraceCheck) =>
  divergences.map(({ line, kind, recorded, expected }) => `${line} ${kind} ${recorded}, not ${expected}`);
const AGENT = traceText('linux-6.1-ept-agent');
const SEABIOS = traceText('linux-6.1-ept-seabios');

test.each([
  ['linux-6.1-ept-agent', 86],
  ['linux-6.1-ept-seabios', 308],
])('%s: every recorded answer of Linux 6.1 is that of intel-ept/6.6', (name, held) => {
  const result = check(traceText(name), 'intel-ept/6.6');
  expect(told(result)).toEqual([]);
  expect(result.scores[0]).toMatchObject({ profile: 'intel-ept/6.6', held, agrees: held });
});

test.each(['linux-6.1-npt-agent', 'linux-6.1-npt-seabios', 'linux-6.1-npt-linux-guest'])(
  '%s: amd-npt/gpat answers as recorded but for the zaps of MTRR writes, which 6.11 ended',
  (name) => {
    const { divergences } = check(traceText(name), 'amd-npt/gpat');
    expect(divergences.length).toBeGreaterThan(0);
    expect(
      divergences.every(
        ({ kind, recorded, operation }) => kind === 'zap' && recorded === 'done' && /wrmsr MTRRdefType/.test(operation),
      ),
    ).toBe(true);
    expect(divergences.every(({ fits }) => fits.includes('amd-npt/4.12'))).toBe(true);
  },
);

test('Against 6.16 each divergence stands at its line, and a profile of history answers as recorded', () => {
  const { divergences } = check(AGENT, 'intel-ept/6.16');
  const at = (line: number) =>
    divergences.filter((found) => found.line === line).map(({ kind, recorded, expected }) => `${kind} ${recorded} ${expected}`);
  expect(at(167)).toEqual(['zap done none']);
  expect(at(174)).toEqual([]);
  expect(divergences.find(({ operation }) => operation === 'vcpu0 read gfn 0x3f000')).toMatchObject({
    kind: 'leaf',
    recorded: 'UC',
    expected: 'WB',
  });
  expect(divergences.every(({ fits }) => fits.includes('intel-ept/6.6'))).toBe(true);
});

/** A line changed, and the divergence that it makes there. */
const CHANGED: readonly (readonly [string, string, number, (line: string) => string | null, string])[] = [
  ['an #GP that is not there', AGENT, 121, (line) => line.replace(' (#GP)', ''), '121 refusal accepted, not #GP'],
  ['an #GP that is there', AGENT, 255, (line) => `${line} (#GP)`, '255 refusal #GP, not accepted'],
  ['a value that was read', AGENT, 348, (line) => line.replace('0x508', '0x50a'), '348 value 0x50a, not 0x508'],
  // The line of the probe is gone: the register write after it, now at 150, zapped nothing.
  ['a zap that is missing', SEABIOS, 150, () => null, '150 zap none, not done'],
  ['a leaf of another type', SEABIOS, 192, (line) => line.replace('b37', 'b27'), '192 leaf WT, not WB'],
  ['a leaf with ipat', SEABIOS, 192, (line) => line.replace('b37', 'b77'), '192 leaf WB+ipat, not WB'],
];

test.each(CHANGED)('%s is found at its line', (_, text, line, change, expected) => {
  expect(told(check(withLine(text, line, change), 'intel-ept/6.6'))[0]).toBe(expected);
});

test('A level that the MTRRs forbid is found', () => {
  const line = SEABIOS.split('\n').findIndex((text) => text.includes('gfn f5 spte 60000000a6f5b2f')) + 1;
  const result = check(
    withLine(SEABIOS, line, (text) =>
      text.replace('gfn f5 spte 60000000a6f5b2f (rwxu) level 1', 'gfn 0 spte 60000000a600bb7 (rwxu) level 2'),
    ),
    'intel-ept/6.6',
  );
  expect(told(result)).toContain(`${line} level 2M, not 4K`);
});

test('Without a probe a zap shows by the leaves that went, where the trace has them', () => {
  const text = AGENT.replace(/.*ezap.*\n/g, '');
  const result = check(text, 'intel-ept/6.6');
  expect(told(result)).toEqual([]);
  expect(result.notes).toContain('no probe on kvm_zap_gfn_range in the trace: a zap shows only where it removes a leaf');
  expect(told(check(text, 'intel-ept/6.16')).some((line) => line.startsWith('166 zap done'))).toBe(true);
});

test('Without leaves and zaps what is held are values and #GP; the rest is said to be open', () => {
  const text = AGENT.split('\n')
    .slice(0, 228)
    .filter((line) => /kvm_msr|kvm_entry/.test(line))
    .join('\n');
  const result = check(text, 'intel-ept/6.16');
  expect(told(result)).toEqual([]);
  expect(result.notes.join('\n')).toMatch(/zaps are not held/);
});

test('A device that nothing shows can be told', () => {
  const one = check(SEABIOS, 'intel-ept/6.6', { noncoherentDevices: 0 });
  expect(told(one)[0]).toMatch(/leaf UC, not WB\+ipat/);
});

test('Several profiles at once, each with its own divergences, and every one of the family scored', () => {
  const asked = [profile('intel-ept/6.6'), profile('intel-ept/6.16')];
  const result = checkTrace(
    traceFile(AGENT),
    'ept',
    asked,
    PROFILES.filter(({ lineage }) => lineage === 'intel-ept'),
    {},
  );
  expect(new Set(result.divergences.map(({ profile: name }) => name))).toEqual(new Set(['intel-ept/6.16']));
  const whole = result.scores.filter(({ held, agrees }) => held === agrees).map(({ profile: name }) => name);
  expect(whole).toContain('intel-ept/6.6');
  expect(whole).not.toContain('intel-ept/6.7');
});
