/** Every operation, in the order of docs/scenario-format.md: the index is the code of an encoded step. */
import type { Operation, OperationName } from '../../models/contract/operation.js';
import { access } from './access.js';
import { attachDevice } from './attach-device.js';
import { detachDevice } from './detach-device.js';
import { init } from './init.js';
import { invlpg } from './invlpg.js';
import type { OperationSpec } from './operation-spec.js';
import { pinCacheattr } from './pin-cacheattr.js';
import { punchHole } from './punch-hole.js';
import { readMsr } from './read-msr.js';
import { resumeAccess } from './resume-access.js';
import { resumeAttributes } from './resume-attributes.js';
import { saveRestore } from './save-restore.js';
import { setAttributes } from './set-attributes.js';
import { setBacking } from './set-backing.js';
import { setIoResources } from './set-io-resources.js';
import { writeCr0 } from './write-cr0.js';
import { writeMsr } from './write-msr.js';
import { zap } from './zap.js';
import { writeVmcb12 } from './write-vmcb12.js';
import { writeVmcs12 } from './write-vmcs12.js';
import { readL2Pat } from './read-l2-pat.js';
import { mapL2 } from './map-l2.js';
import { enterL2 } from './enter-l2.js';
import { exitL2 } from './exit-l2.js';
import { hostMsr } from './host-msr.js';
import { hostAccess } from './host-access.js';
import { hostPin } from './host-pin.js';
import { hostUnpin } from './host-unpin.js';
import { request } from './request.js';

/** A missing or an invented operation does not compile. */
export const OPERATIONS: { readonly [N in OperationName]: OperationSpec<N> } = {
  'write-msr': writeMsr,
  'read-msr': readMsr,
  'write-cr0': writeCr0,
  init,
  access,
  invlpg,
  'attach-device': attachDevice,
  'detach-device': detachDevice,
  'set-io-resources': setIoResources,
  zap,
  'set-backing': setBacking,
  'pin-cacheattr': pinCacheattr,
  'save-restore': saveRestore,
  'resume-access': resumeAccess,
  'set-attributes': setAttributes,
  'resume-attributes': resumeAttributes,
  'punch-hole': punchHole,
  'write-vmcb12': writeVmcb12,
  'write-vmcs12': writeVmcs12,
  'read-l2-pat': readL2Pat,
  'map-l2': mapL2,
  'enter-l2': enterL2,
  'exit-l2': exitL2,
  'host-msr': hostMsr,
  'host-access': hostAccess,
  'host-pin': hostPin,
  'host-unpin': hostUnpin,
  request,
};

export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly OperationName[];

/** An operation whatever its name: what generic code may do with it. */
export type AnyOperationSpec = OperationSpec<OperationName>;

/** By the code of an encoded step. */
export const SPECS: readonly AnyOperationSpec[] = OPERATION_NAMES.map((name) => OPERATIONS[name] as unknown as AnyOperationSpec);

export function specOf(name: OperationName): AnyOperationSpec {
  return OPERATIONS[name] as unknown as AnyOperationSpec;
}

export function codeOf(name: OperationName): number {
  return OPERATION_NAMES.indexOf(name);
}

/** A step in words: `wrmsr MTRRphysBase0 = 0xc0000000 UC`. The vCPU stands in front where the operation has one. */
export function stepInWords(step: Operation): string {
  const words = specOf(step.op).inWords(step as never);
  return 'vcpu' in step ? `vcpu${step.vcpu} ${words}` : words;
}
