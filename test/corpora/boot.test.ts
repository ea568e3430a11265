import { answerOf } from '../../harness/run/readable.js';
import { printScenario } from '../../harness/scenario/print.js';
import type { Profile } from '../../models/contract/model.js';
import type { Operation } from '../../models/contract/operation.js';
import { PROFILES } from '../../models/registry.js';
import { BOOT_FILES, bootFile } from './boot-files.js';

const isZapBoot = (name: string) => name.startsWith('zaps-');
const layoutIds = BOOT_FILES.map(({ name }) => /^layout-l(\d\d)-/.exec(name)?.[1]).filter((id) => id !== undefined);

describe('The boot corpus', () => {
  test('has every firmware of the field and every machine layout once', () => {
    const firmware = new Set(BOOT_FILES.map(({ name }) => name.split('-')[0]));
    for (const word of ['seabios', 'ovmf', 'hvmloader', 'cloud', 'firecracker', 'slim']) expect(firmware).toContain(word);
    expect(layoutIds).toEqual(Array.from({ length: 18 }, (_, index) => String(index + 1).padStart(2, '0')));
  });

  test('has the PAT of every kind of operating system', () => {
    const written = new Set(
      BOOT_FILES.flatMap(({ scenario }) =>
        scenario.steps.map((step) => (step.op === 'write-msr' && step.msr === 0x277 ? `${step.value.hi},${step.value.lo}` : '')),
      ),
    );
    const expected: [string, number, number][] = [
      ['Linux 4.14 and later', 0x04070506, 0x00070106],
      ['Linux 4.2 to 4.13', 0x04070106, 0x00070106],
      ['Windows, and Linux up to 4.1', 0x00070106, 0x00070106],
      ['Xen', 0x00000501, 0x00070406],
    ];
    for (const [who, hi, lo] of expected) expect([who, written.has(`${hi},${lo}`)]).toEqual([who, true]);
  });

  describe.each(BOOT_FILES.map((file) => [file.name, file] as const))('%s', (name, { text, scenario }) => {
    test('is canonical, named like its file, and says where it comes from', () => {
      expect(printScenario(scenario)).toBe(text);
      expect(scenario.name).toBe(name);
      expect(scenario.origin?.length).toBeGreaterThan(40);
      // The original is what a reader can look up; our own specifications are no source.
      expect(scenario.origin).not.toMatch(/arch\.md|kvm\.md|xen\.md|\.\.\/shared/);
    });

    test('touches memory after its registers are written, and is no longer than a case may be', () => {
      expect(scenario.steps.filter((step) => step.op === 'access').length).toBeGreaterThanOrEqual(3);
      if (!isZapBoot(name)) expect(scenario.steps.length).toBeLessThanOrEqual(400);
      expect(scenario.steps.findLastIndex((step) => step.op === 'access')).toBeGreaterThan(
        scenario.steps.findLastIndex((step) => step.op === 'write-msr'),
      );
    });
  });
});

/** No firmware faults on its own set-up, but where Xen without HAP gives the guest 44 address bits at most, domain_max_paddr_bits(). */
function faultsOnWidth(profile: Profile, step: Operation): boolean {
  const isVariable = step.op === 'write-msr' && step.msr >= 0x200 && step.msr <= 0x20f;
  return profile.name.startsWith('xen-hvm/shadow-') && isVariable && step.value.hi >= 2 ** (44 - 32);
}

/** ACRN gives a guest no variable pair, Jailhouse a cell no MTRR but MTRRdefType. */
function lacksRegister({ name, lineage }: Profile, step: Operation): boolean {
  if (step.op !== 'write-msr' && step.op !== 'read-msr') return false;
  const isVariable = step.msr >= 0x200 && step.msr <= 0x20f;
  if (lineage === 'jailhouse') return step.msr !== 0x277 && step.msr !== 0x2ff;
  return isVariable && (lineage === 'acrn' || name === 'nested/acrn');
}

/** A cell of Jailhouse has the devices of its configuration. */
function isFixedInCell({ lineage }: Profile, step: Operation): boolean {
  return lineage === 'jailhouse' && (step.op === 'attach-device' || step.op === 'detach-device');
}

/** A TD fetches instructions from private memory only: the format gives a shared fetch no answer there. */
function isSharedFetch(profile: Profile, step: Operation): boolean {
  return profile.lineage === 'tdx' && step.op === 'access' && step.kind === 2;
}

describe('Every profile answers every step of every boot', () => {
  test.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s', (_, profile) => {
    for (const { name, scenario } of BOOT_FILES) {
      const { observations } = answerOf(profile, scenario);
      const wrong = observations.flatMap(({ outcome, rule }, step) => {
        const expected = faultsOnWidth(profile, scenario.steps[step]) ? ['gp'] : ['ok', 'mmio', 'undefined'];
        if (lacksRegister(profile, scenario.steps[step])) expected.splice(0, 2, 'gp');
        if (isFixedInCell(profile, scenario.steps[step])) expected.push('n/a');
        if (isSharedFetch(profile, scenario.steps[step])) expected.push('n/a');
        return expected.includes(outcome) ? [] : [`${name} step ${step}: ${outcome} by ${rule}`];
      });
      expect(wrong).toEqual([]);
      expect(observations).toHaveLength(scenario.steps.length);
    }
  });
});

/**
 * Type of the last access through PAT index 0 (WB in every PAT of the corpus: the MTRR's own type) to this guest-physical address.
 * @throws {Error} if the scenario has no such access.
 */
function typeAt(profile: Profile, name: string, gpa: number): string | undefined {
  const { scenario } = bootFile(name);
  const last = scenario.steps.findLastIndex(
    (step) => step.op === 'access' && step.gfn === gpa / 4096 && step.pat === 0 && step.pageSize === 1,
  );
  if (last < 0) throw new Error(`${name} has no access to ${gpa.toString(16)} through PAT index 0`);
  return answerOf(profile, scenario).observations[last].memtype;
}

describe('On bare Intel hardware', () => {
  const intel = PROFILES.find((profile) => profile.name === 'bare-metal/intel')!;

  test.each([
    ['the last page below the VGA window is WB under OVMF', 'ovmf-q35-2g-linux', 0x9f000, 'WB'],
    ['the VGA window is UC under OVMF', 'ovmf-q35-2g-linux', 0xa0000, 'UC'],
    ['1 MiB is WB under OVMF', 'ovmf-q35-2g-linux', 0x100000, 'WB'],
    ['the VGA window is WB where a direct boot leaves the fixed ranges off', 'firecracker-linux-4.13', 0xa0000, 'WB'],
    ['the VGA window is WC under hvmloader', 'hvmloader-2g-linux', 0xa0000, 'WC'],
    ['the BIOS area is WP under SeaBIOS', 'seabios-i440fx-2g-linux', 0xf0000, 'WP'],
    ['UC wins over WB at 3 GiB of the Athlon 64 X2 (L1)', 'layout-l01-athlon64-x2-4g', 0xc0000000, 'UC'],
    ['UC wins over WB where a UC range begins (L11)', 'layout-l11-ami-5g', 0xb7e00000, 'UC'],
    ['the page before it is WB (L11)', 'layout-l11-ami-5g', 0xb7dff000, 'WB'],
    ['a WT range inside a UC range is UC (L6)', 'layout-l06-ibm-8737-128g', 0xff800000, 'UC'],
    ['a UC range of one page is UC (L18)', 'layout-l18-toshiba-l350d', 0xdfe3e000, 'UC'],
    ['the page after it is WB (L18)', 'layout-l18-toshiba-l350d', 0xdfe3f000, 'WB'],
    ['3328 MiB under SeaBIOS: UC where the hole begins', 'seabios-i440fx-3328m-windows', 0xd0000000, 'UC'],
    ['3328 MiB under SeaBIOS: WB in the gap of the mask', 'seabios-i440fx-3328m-windows', 0xe0000000, 'WB'],
    ['3328 MiB under SeaBIOS: UC again after the gap', 'seabios-i440fx-3328m-windows', 0xf0000000, 'UC'],
    ['2560 MiB under OVMF: the hole below the power of two stays WB', 'ovmf-i440fx-2560m-linux-4.13', 0xa0000000, 'WB'],
    ['the RAM that TOM2 would make WB has the default type (L3)', 'layout-l03-hpe-dl325-epyc-64g', 0x100000000, 'UC'],
  ])('%s', (_, name, gpa, type) => {
    expect(typeAt(intel, name, gpa)).toBe(type);
  });
});
