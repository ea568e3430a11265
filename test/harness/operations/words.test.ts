import { stepInWords } from '../../../harness/operations/registry.js';
import { parseStep } from '../../../harness/operations/step-codec.js';
import { Place } from '../../../harness/operations/usage-error.js';

const place = new Place('steps', '$');

describe('A step reads as a maintainer would write it in a mail', () => {
  test.each([
    ['vcpu0 wrmsr MTRRphysBase0 = 0xc0000000 UC', { op: 'write-msr', vcpu: 0, msr: '0x200', value: '0xc0000000' }],
    ['vcpu1 wrmsr MTRRphysMask7 = 0x3fffc0000800 valid', { op: 'write-msr', vcpu: 1, msr: '0x20f', value: '0x3fffc0000800' }],
    ['vcpu0 wrmsr MTRRphysMask0 = 0x3fffc0000000 not valid', { op: 'write-msr', vcpu: 0, msr: '0x201', value: '0x3fffc0000000' }],
    ['vcpu0 wrmsr MTRRdefType = 0xc06 (WB, E, FE)', { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0xc06' }],
    ['vcpu0 wrmsr MTRRdefType = 0x400 (UC, FE)', { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x400' }],
    ['vcpu0 wrmsr MTRRdefType = 0x0 (UC)', { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x0' }],
    [
      'vcpu0 wrmsr PAT = 0x7040600070406 (WB WT UC- UC WB WT UC- UC)',
      { op: 'write-msr', vcpu: 0, msr: '0x277', value: '0x0007040600070406' },
    ],
    [
      'vcpu0 wrmsr MTRRfix64K_00000 = 0x606060606060606 (all WB)',
      { op: 'write-msr', vcpu: 0, msr: '0x250', value: '0x606060606060606' },
    ],
    [
      'vcpu0 wrmsr MTRRfix4K_F8000 = 0x5050505050501 (WC WP WP WP WP WP WP UC)',
      { op: 'write-msr', vcpu: 0, msr: '0x26f', value: '0x5050505050501' },
    ],
    ['vcpu0 wrmsr MTRRcap = 0x508', { op: 'write-msr', vcpu: 0, msr: '0xfe', value: '0x508' }],
    ['vcpu2 rdmsr MTRRphysBase8', { op: 'read-msr', vcpu: 2, msr: '0x210' }],
    ['vcpu0 mov CR0: PG=1 CD=1 NW=0', { op: 'write-cr0', vcpu: 0, pg: true, cd: true, nw: false }],
    ['vcpu3 INIT', { op: 'init', vcpu: 3 }],
    ['vcpu0 read gfn 0xa0 PAT3', { op: 'access', vcpu: 0, gfn: '0xa0', kind: 'read', pat: 3 }],
    [
      'vcpu0 write gfn 0x0 PAT0 in a 2M page private without ack, pause after check',
      {
        op: 'access',
        vcpu: 0,
        gfn: '0x0',
        kind: 'write',
        pat: 0,
        pageSize: '2M',
        private: true,
        ack: false,
        pauseAfter: 'check',
      },
    ],
    ['vcpu0 invlpg gfn 0x100', { op: 'invlpg', vcpu: 0, gfn: '0x100' }],
    ['attach a non-coherent device', { op: 'attach-device', coherent: false }],
    ['attach a coherent device', { op: 'attach-device', coherent: true }],
    ['detach a non-coherent device', { op: 'detach-device', coherent: false }],
    ['grant I/O resources', { op: 'set-io-resources', held: true }],
    ['revoke the I/O resources', { op: 'set-io-resources', held: false }],
    ['host zaps gfn 0x0 + 0x200', { op: 'zap', gfn: '0x0', pages: '0x200' }],
    ['host backs gfn 0xa0 + 0x20 with device', { op: 'set-backing', gfn: '0xa0', pages: '0x20', backing: 'device' }],
    [
      'host backs gfn 0x0 + 0x200 with ram-wc in 2M pages, host MTRR WT',
      { op: 'set-backing', gfn: '0x0', pages: '0x200', backing: 'ram-wc', level: '2M', hostMtrr: 'WT' },
    ],
    ['pin gfn 0x0 + 0x1 UC-', { op: 'pin-cacheattr', gfn: '0x0', pages: '0x1', type: 'UC-' }],
    ['pin gfn 0x0 + 0x1 none', { op: 'pin-cacheattr', gfn: '0x0', pages: '0x1', type: 'none' }],
    ['save and restore (migration to an equal host)', { op: 'save-restore' }],
    ['vcpu1 resume the paused access', { op: 'resume-access', vcpu: 1 }],
    [
      'set gfn 0x0 + 0x1 private, pause after store',
      { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'private', pauseAfter: 'store' },
    ],
    ['set gfn 0x0 + 0x1 shared', { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'shared' }],
    ['resume the paused conversion', { op: 'resume-attributes' }],
    ['punch a hole at gfn 0x0 + 0x1', { op: 'punch-hole', gfn: '0x0', pages: '0x1' }],
    [
      'set gfn 0x0 + 0x1 private, pause after host-unmap',
      { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'private', pauseAfter: 'host-unmap' },
    ],
    [
      'save and restore (migration to an equal host), nested state without g_pat, MSRs of the index list only',
      { op: 'save-restore', legacyState: true, msrs: 'index-list' },
    ],
    [
      'vcpu0 L1 writes VMCB1: NP=0 g_pat=0x7040600070404 NP clean bit=1',
      { op: 'write-vmcb12', vcpu: 0, page: 1, np: false, gpat: '0x7040600070404', npClean: true },
    ],
    ['vcpu0 L1 writes VMCB0: nothing', { op: 'write-vmcb12', vcpu: 0 }],
    [
      'vcpu0 L1 writes its VMCS: EPT=0, load host PAT=1, HOST_IA32_PAT=0x0',
      { op: 'write-vmcs12', vcpu: 0, ept: false, loadHostPat: true, hostPat: '0x0' },
    ],
    ["vcpu0 L1 reads L2's PAT from its VMCB0 or VMCS", { op: 'read-l2-pat', vcpu: 0 }],
    [
      'L1 maps L2 gfn 0x10 + 0x2 to gfn 0x200: PAT2, EPT type WB',
      { op: 'map-l2', gfn: '0x10', pages: '0x2', target: '0x200', index: 2 },
    ],
    [
      'L1 maps L2 gfn 0x0 + 0x200 to gfn 0x0: PAT0, EPT type 3+ipat in 2M pages',
      { op: 'map-l2', gfn: '0x0', pages: '0x200', target: '0x0', type: 3, ipat: true, level: '2M' },
    ],
    ['L1 maps L2 gfn 0x0 + 0x1 not present', { op: 'map-l2', gfn: '0x0', pages: '0x1', target: '0x0', invalid: true }],
    ['vcpu1 enter L2', { op: 'enter-l2', vcpu: 1 }],
    ['vcpu1 enter L2 by VMCB1', { op: 'enter-l2', vcpu: 1, page: 1 }],
    ['vcpu1 L2 exits to L1', { op: 'exit-l2', vcpu: 1 }],
    ['vcpu0 host reads PAT', { op: 'host-msr', vcpu: 0, msr: '0x277' }],
    ['vcpu0 host sets MTRRdefType = 0xc06', { op: 'host-msr', vcpu: 0, msr: '0x2ff', value: '0xc06' }],
    ['host write of gfn 0x1 through its own mapping', { op: 'host-access', gfn: '0x1', kind: 'write' }],
    ['host pins gfn 0x0 + 0x2', { op: 'host-pin', gfn: '0x0', pages: '0x2' }],
    ['host unpins gfn 0x0 + 0x2', { op: 'host-unpin', gfn: '0x0', pages: '0x2' }],
    ['vcpu0 a driver asks for gfn 0xe0000 as WC', { op: 'request', vcpu: 0, gfn: '0xe0000', type: 'WC' }],
  ])('%s', (words, json) => {
    expect(stepInWords(parseStep(json, place))).toBe(words);
  });
});
