/** Hypervisors other than KVM with a guest that is a hypervisor. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { Acrn } from './acrn.js';
import { rules } from './rules.js';
import { SWITCHES } from './switches.js';
import { XenSvm } from './xen-svm.js';
import { XenVmx } from './xen-vmx.js';

const XEN = { ...releases('Xen', '4.14 to 4.22'), remark: 'read: staging of August 2026' };

export const profiles = defineVersions(
  {
    lineage: 'nested',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: { subject: 'xen-svm' },
    create: ({ subject }) => (subject === 'acrn' ? new Acrn() : subject === 'xen-vmx' ? new XenVmx() : new XenSvm()),
  },
  [
    {
      name: 'xen-svm',
      vendor: 'amd',
      releases: XEN,
      changes: [by('c447b7308b', {})],
      summary: "Xen's nested SVM: L2 has a PAT of its own whatever L1's paging, leaves for L2 are WB or UC- by the kind of page.",
    },
    {
      name: 'xen-vmx',
      vendor: 'intel',
      base: null,
      releases: XEN,
      changes: [by('c447b7308b', { subject: 'xen-vmx' })],
      summary: "Xen's nested VMX: L2 runs on Xen's own PAT, and leaves for L2 are those of L1's frames, whatever L1 asks for.",
    },
    {
      name: 'acrn',
      vendor: 'intel',
      base: null,
      releases: { product: 'ACRN', ranges: [], remark: '3.x, read at d61d98cf8' },
      changes: [by('d61d98cf8', { subject: 'acrn' })],
      summary: "ACRN's nested EPT: the leaf for L2 is L1's with its type and ipat, and the host's own type takes no part.",
    },
  ],
);
