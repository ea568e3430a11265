/** Public reports in which the guest's own rules matter: what each release of Linux makes of its drivers' requests on the reported machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from '../../../harness/operations/usage-error.js';
import { answerOf } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { GUEST_OS_NAMES } from '../../../models/contract/guest-os.js';
import type { Profile } from '../../../models/contract/model.js';
import { PROFILES } from '../../../models/registry.js';

interface Document {
  readonly machine: object;
  readonly steps: readonly { readonly op: string; readonly msr?: string }[];
}
const profile = (name: string) => PROFILES.find((known) => known.name === name) as Profile;
const request = (gfn: string, type: string) => ({ op: 'request', vcpu: 0, gfn, type });
const read = (vcpu: number, msr: string) => ({ op: 'read-msr', vcpu, msr });

/** The firmware's writes of the case, then the steps, on a machine whose guest is that release; what the steps answer. */
function asked(name: string, subject: string, release: string, steps: object[], isFirmware = (msr: string) => msr !== '0x277') {
  const file = join(__dirname, '../../fixtures/cases', `${name}.json`);
  const found = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const writes = found.steps.filter(({ op, msr = '' }) => op === 'write-msr' && isFirmware(msr));
  const document = { ...found, machine: { ...found.machine, guestOs: release }, steps: [...writes, ...steps] };
  const { observations } = answerOf(profile(subject), scenarioFrom(document, new Place(name, '$')), false);
  return observations.slice(writes.length).map(({ index, memtype, errno, value }) => value ?? errno ?? `${index} ${memtype}`);
}

/** By release, from 4.19 on, of one request. */
const byRelease = (name: string, subject: string, step: object, isFirmware?: (msr: string) => boolean) =>
  GUEST_OS_NAMES.map((release) => asked(name, subject, release, [step], isFirmware)[0]);

describe('Firecracker 5526: pmem behind MTRRs that are off', () => {
  const pmem = request('0x100000', 'WB');
  const none = () => false;

  test('is UC- to a guest from 5.19 on, which looks the MTRRs up', () => {
    const indices = byRelease('firecracker-5526-pmem', 'intel-ept/6.16', pmem, none).map((text) => text.slice(0, 1));
    expect(indices).toEqual(['0', '2', '2', '2', '2', '2', '2']);
  });

  test('is WB once the VMM leaves a default of WB', () => {
    expect(byRelease('firecracker-5526-pmem', 'intel-ept/6.16', pmem)).toEqual(GUEST_OS_NAMES.map(() => '0 WB'));
  });
});

test('Home Assistant OS 3762: what lies above 4 GiB gets the default of UC, so a wish for WB is UC-', () => {
  expect(byRelease('haos-3762-virtualbox', 'bare-metal/intel', request('0x100000', 'WB'))).toEqual(
    GUEST_OS_NAMES.map(() => '2 UC'),
  );
  expect(byRelease('haos-3762-virtualbox', 'bare-metal/intel', request('0xbffff', 'WB'))).toEqual(GUEST_OS_NAMES.map(() => '0 WB'));
  expect(byRelease('haos-3762-virtualbox', 'bare-metal/intel', request('0x200000', 'WB'))).toEqual(
    GUEST_OS_NAMES.map(() => '2 UC'),
  );
});

test('Cloud Hypervisor 1752: without CPUID.MTRR a guest up to 6.1 has no WC: it is UC-, and index 1 is its WT', () => {
  const wc = request('0x1000000', 'WC');
  expect(byRelease('ch-1752-no-mtrr-no-pat', 'intel-ept/6.16', wc)).toEqual([
    ...['2 UC', '2 UC'],
    ...['1 WC', '1 WC', '1 WC', '1 WC', '1 WC'],
  ]);
  // The leaf of a BAR is UC, under which the PAT's WT is UC.
  const wt = request('0x1000001', 'WT');
  expect(byRelease('ch-1752-no-mtrr-no-pat', 'intel-ept/6.16', wt)).toEqual([
    ...['1 UC', '1 UC'],
    ...['7 UC', '7 UC', '7 UC', '7 UC', '7 UC'],
  ]);
});

test.each(['bare-metal/intel', 'acrn/3.x'])(
  "ACRN 108 on %s: a guest that takes the hypervisor's PAT as it is finds UC- at index 6; the index 2 that everybody expects is WC",
  (subject) => {
    const all = () => true;
    const uncached = request('0x1000000', 'UC-');
    expect(byRelease('acrn-108-pat-uc-minus-is-wc', subject, uncached, all)).toEqual([
      ...['6 UC', '6 UC'],
      ...['2 UC', '2 UC', '2 UC', '2 UC', '2 UC'],
    ]);
    expect(byRelease('acrn-108-pat-uc-minus-is-wc', subject, request('0x1000000', 'WC'), all)).toEqual([
      ...['2 WC', '2 WC'],
      ...['1 WC', '1 WC', '1 WC', '1 WC', '1 WC'],
    ]);
  },
);

describe('CVE-2025-40181: the TPM of a confidential guest, mapped WB by ACPI and then UC- by its driver', () => {
  const steps = [request('0xfed40', 'WB'), request('0xfed40', 'UC-')];

  test.each(['sev-snp/6.11', 'tdx/6.16'])('is refused to the driver by 6.13 to 6.17 alone: %s', (subject) => {
    const second = GUEST_OS_NAMES.map((release) => asked('linux-snp-forced-wb-mtrr-tpm', subject, release, steps)[1]);
    const first = GUEST_OS_NAMES.map((release) => asked('linux-snp-forced-wb-mtrr-tpm', subject, release, steps)[0].slice(0, 1));
    expect(first).toEqual(['0', '2', '2', '2', '2', '0', '2']);
    expect(second.map((text) => text.slice(0, 5))).toEqual(['2 und', '2 und', '2 und', '2 und', '2 und', 'EBUSY', '2 und']);
  });
});

test('Oak 3839: a default of WP on the boot processor is copied to the other, and no wish for WB comes true', () => {
  const steps = [request('0x1000', 'WB'), read(1, '0x2ff'), read(1, '0x277')];
  for (const release of GUEST_OS_NAMES)
    expect(asked('oak-3839-default-wp', 'bare-metal/intel', release, steps)).toEqual(['2 WC', '0x805', '0x407050600070106']);
});
