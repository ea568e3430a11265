/** A step of the campaign's generator as a command of the plain harness: both can then be asked about the same scenario. */
import { BACKING_HOST_MTRR } from '../../../models/contract/machine.js';
import { DEFAULT_HOST_MTRR, type Operation } from '../../../models/contract/operation.js';
import { Access, Init, Invlpg, ReadMsr, WriteCr0, WriteMsr } from './guest-commands.js';
import { AttachDevice, DetachDevice, PinCacheattr, SaveRestore, SetBacking, SetIoResources, Zap } from './host-commands.js';
import type { PanelCommand } from './panel-command.js';

/** @throws {Error} for an operation of private memory: the plain harness has none. */
export function commandOf(step: Operation): PanelCommand {
  switch (step.op) {
    case 'write-msr':
      return new WriteMsr(step.vcpu, BigInt(step.msr), (BigInt(step.value.hi) << 32n) | BigInt(step.value.lo));
    case 'read-msr':
      return new ReadMsr(step.vcpu, BigInt(step.msr));
    case 'write-cr0':
      return new WriteCr0(step.vcpu, step.pg, step.cd, step.nw);
    case 'init':
      return new Init(step.vcpu);
    case 'access':
      return new Access(step.vcpu, BigInt(step.gfn), step.kind, step.pat, step.pageSize);
    case 'invlpg':
      return new Invlpg(step.vcpu, BigInt(step.gfn));
    case 'attach-device':
      return new AttachDevice(step.coherent);
    case 'detach-device':
      return new DetachDevice(step.coherent);
    case 'set-io-resources':
      return new SetIoResources(step.held);
    case 'zap':
      return new Zap(BigInt(step.gfn), BigInt(step.pages));
    case 'set-backing': {
      const type = step.hostMtrr === DEFAULT_HOST_MTRR ? BACKING_HOST_MTRR[step.backing] : step.hostMtrr;
      return new SetBacking(BigInt(step.gfn), BigInt(step.pages), step.backing, step.level, type);
    }
    case 'pin-cacheattr':
      return new PinCacheattr(BigInt(step.gfn), BigInt(step.pages), step.type);
    case 'save-restore':
      return new SaveRestore();
    default:
      throw new Error(`no command for ${step.op}`);
  }
}
