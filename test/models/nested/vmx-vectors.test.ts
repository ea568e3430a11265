/**
 * Whose PAT is live and what L2 gets under VMX, case by case: hardware, KVM without and with a non-coherent device, Xen, ACRN. PAT values are
 * those of l2-script.ts; a dash is what the subject has no answer for.
 */
import { run } from './l2-script.js';

/** number, script, hardware, KVM by default, KVM with a non-coherent device, Xen without IOMMU, ACRN */
type Row = readonly [number, string, string, string, string, string, string];
const n = '-';
const EG_D = 'vmcs eg guest=D; ';

const ROWS: readonly Row[] = [
  [36, 'vmcs eg guest=G; enter; read?', 'G', 'G', 'G', 'X', n],
  [37, 'vmcs no-eg; enter; read?', 'D', 'D', 'D', 'X', n],
  [38, 'vmcs eg guest=BAD; enter?', 'guest-state', 'guest-state', 'guest-state', 'ok', n],
  [39, 'vmcs xl host=BAD; enter?', 'host-state', 'host-state', 'host-state', 'ok', n],
  [40, 'vmcs eg guest=G xl host=A; enter; exit; read?', 'A', 'A', 'A', 'A', n],
  [41, 'vmcs eg guest=G no-xl; enter; exit; read?', 'G', 'G', 'G', 'D', n],
  [42, 'vmcs eg guest=G no-xl; enter; exit; access gfn=100 pat=3 ?', 'WB', 'WB', 'UC', n, n],
  [43, 'vmcs no-eg xs guest=G; enter; exit; l2pat?', 'D', 'G', 'G', 'X', n],
  [44, 'vmcs no-eg xs guest=G; enter; msr 277=W; exit; l2pat?', 'W', 'W', 'W', 'W', n],
  [45, 'vmcs eg no-xs guest=G; enter; msr 277=W; exit; l2pat?', 'G', 'G', 'G', 'W', n],
  [46, 'vmcs eg guest=G; enter; host?', 'n/a', 'G', 'G', 'n/a', 'n/a'],
  [47, `map type=UC; ${EG_D}enter; access pat=0 ?`, 'UC', 'WB', 'WB', 'WB', 'UC'],
  [48, `map type=UC ipat; ${EG_D}enter; access pat=0 ?`, 'UC', 'WB', 'WB', 'WB', 'UC'],
  [49, `map type=WC ipat; ${EG_D}enter; access pat=0 ?`, 'WC', 'WB', 'WB', 'WB', 'WC'],
  [50, `map type=WB ipat; ${EG_D}enter; access pat=3 ?`, 'WB', 'WB', 'UC', n, 'WB'],
  [51, `map type=WT; ${EG_D}enter; access pat=0 ?`, 'WT', 'WB', 'WB', 'WB', 'WT'],
  [51, `map type=WT; ${EG_D}enter; access pat=3 ?`, 'UC', 'WB', 'UC', 'WB', 'UC'],
  [52, `map type=WP; ${EG_D}enter; access pat=2 ?`, 'WC', 'WB', 'UC', 'WB', 'WC'],
  [53, `map type=3; ${EG_D}enter; access ?`, 'ept-misconfig', 'ept-misconfig', 'ept-misconfig', 'ept-misconfig', 'ept-misconfig'],
  [54, 'map type=UC to=8000; vmcs eg guest=LX; enter; access pat=1 ?', 'WC', 'WC', 'WC', 'UC', n],
  [54, 'map type=UC to=8000; vmcs eg guest=LX; enter; access pat=0 ?', 'UC', 'UC', 'UC', 'UC', n],
  [55, `map to=8000; ${EG_D}enter; access pat=0 ?`, 'WB', 'UC', 'UC', 'UC', 'WB'],
];

const COLUMNS: readonly (readonly [string, 2 | 3 | 4 | 5 | 6, object])[] = [
  ['bare-metal/intel', 2, {}],
  ['nested-vmx/6.16', 3, {}],
  ['nested-vmx/6.12', 3, {}],
  ['nested-vmx/6.11.0', 3, { selfSnoop: false }],
  ['nested-vmx/6.16', 4, { noncoherentDevices: 1 }],
  ['nested-vmx/6.16', 4, { quirkIgnoreGuestPat: false }],
  ['nested-vmx/6.12', 4, { noncoherentDevices: 1 }],
  ['nested-vmx/6.11.0', 4, {}],
  ['nested/xen-vmx', 5, {}],
  ['nested/acrn', 6, {}],
];

describe.each(COLUMNS)('%s', (profile, column, keys) => {
  const rows = ROWS.filter((row) => row[column] !== n);
  test.each(rows.map((row) => [`${row[0]}: ${row[1]}`, row] as const))('answers case %s', (_, row) => {
    expect(run(profile, row[1], keys)).toBe(row[column]);
  });
});
