/** Random commands the way fast-check's users draw them: `oneof` over records, with the odds of the campaign's generator. */
import fc from 'fast-check';
import type { Level } from '../../../models/contract/address.js';
import type { Backing } from '../../../models/contract/machine.js';
import { OPERATIONS } from '../../../harness/operations/registry.js';
import type { AccessKind, PinType } from '../../../models/contract/operation.js';
import type { OperationName } from '../../../models/contract/operation.js';
import { Access, Init, Invlpg, ReadMsr, WriteCr0, WriteMsr } from './guest-commands.js';
import { AttachDevice, DetachDevice, PinCacheattr, SaveRestore, SetBacking, SetIoResources, Zap } from './host-commands.js';
import type { PanelCommand } from './panel-command.js';

const vcpu = fc.nat(7);
/** Few frames, so that steps collide; all below MAXPHYADDR 36. */
const gfn = fc.constantFrom(
  0x0n,
  0x7fn,
  0x80n,
  0x9fn,
  0xa0n,
  0xbfn,
  0xc0n,
  0xffn,
  0x100n,
  0x1ffn,
  0x200n,
  0x401n,
  0x80000n,
  0xc0000n,
);
const pages = fc.constantFrom(1n, 1n, 1n, 4n, 32n, 512n, 0x10000n);
const rareFlag = fc.constantFrom(false, false, false, true);
const level = fc.constantFrom<Level>(1, 1, 2, 3);

const mtrrType = fc.constantFrom(0n, 1n, 4n, 5n, 6n, 0n, 6n, 6n);
const patType = fc.constantFrom(0n, 1n, 4n, 5n, 6n, 7n, 0n, 6n);
const eight = (type: fc.Arbitrary<bigint>) =>
  fc.array(type, { minLength: 8, maxLength: 8 }).map((bytes) => bytes.reduce((value, byte) => (value << 8n) | byte, 0n));

const variableBase = fc.record({
  msr: fc.integer({ min: 0, max: 3 }).map((pair) => 0x200n + 2n * BigInt(pair)),
  value: fc.record({ gfn, type: mtrrType }).map((base) => (base.gfn << 12n) | base.type),
});
const variableMask = fc.record({
  msr: fc.integer({ min: 0, max: 3 }).map((pair) => 0x201n + 2n * BigInt(pair)),
  value: fc
    .record({ order: fc.integer({ min: 0, max: 20 }), valid: fc.constantFrom(true, true, true, false) })
    .map(({ order, valid }) => ((1n << 36n) - (4096n << BigInt(order))) | (valid ? 0x800n : 0n)),
});
const fixedRange = fc.record({
  msr: fc.constantFrom(0x250n, 0x258n, 0x259n, 0x268n, 0x269n, 0x26an, 0x26bn, 0x26cn, 0x26dn, 0x26en, 0x26fn),
  value: eight(mtrrType),
});
const defaultType = fc.record({
  msr: fc.constant(0x2ffn),
  value: fc
    .record({ enable: fc.constantFrom(0xc00n, 0xc00n, 0x800n, 0x400n, 0n), type: mtrrType })
    .map(({ enable, type }) => enable | type),
});
const pat = fc.record({ msr: fc.constant(0x277n), value: eight(patType) });
const anyRegister = fc.oneof(
  { weight: 14, arbitrary: variableBase },
  { weight: 14, arbitrary: variableMask },
  { weight: 14, arbitrary: defaultType },
  { weight: 9, arbitrary: fixedRange },
  { weight: 12, arbitrary: pat },
);

type Drawn = Partial<Record<OperationName, fc.Arbitrary<PanelCommand>>>;

/** Commands by operation; those of private memory are left out. */
const COMMANDS: Drawn = {
  'write-msr': fc
    .record({ vcpu, register: anyRegister })
    .map((drawn) => new WriteMsr(drawn.vcpu, drawn.register.msr, drawn.register.value)),
  'read-msr': fc.record({ vcpu, register: anyRegister }).map((drawn) => new ReadMsr(drawn.vcpu, drawn.register.msr)),
  'write-cr0': fc
    .record({ vcpu, pg: fc.constantFrom(true, true, true, false), cd: fc.boolean() })
    .map((drawn) => new WriteCr0(drawn.vcpu, drawn.pg, drawn.cd, false)),
  init: vcpu.map((drawn) => new Init(drawn)),
  access: fc
    .record({
      vcpu,
      gfn,
      kind: fc.constantFrom<AccessKind>(0, 1, 2),
      pat: fc.constantFrom(0, 0, 0, 1, 2, 3, 5, 7),
      pageSize: level,
    })
    .map((drawn) => new Access(drawn.vcpu, drawn.gfn, drawn.kind, drawn.pat, drawn.pageSize)),
  invlpg: fc.record({ vcpu, gfn }).map((drawn) => new Invlpg(drawn.vcpu, drawn.gfn)),
  'attach-device': rareFlag.map((coherent) => new AttachDevice(coherent)),
  'detach-device': rareFlag.map((coherent) => new DetachDevice(coherent)),
  'set-io-resources': fc.boolean().map((held) => new SetIoResources(held)),
  zap: fc.record({ gfn, pages }).map((drawn) => new Zap(drawn.gfn, drawn.pages)),
  'set-backing': fc
    .record({ gfn, pages, backing: fc.constantFrom<Backing>(0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), level })
    .map((drawn) => new SetBacking(drawn.gfn, drawn.pages, drawn.backing, drawn.level)),
  'pin-cacheattr': fc
    .record({ gfn, pages, type: fc.constantFrom<PinType>(-1, 0, 1, 4, 5, 6, 7) })
    .map((drawn) => new PinCacheattr(drawn.gfn, drawn.pages, drawn.type)),
  'save-restore': fc.constant(null).map(() => new SaveRestore()),
};

/** One command, operations weighted as in the campaign. */
export const commandArbitrary: fc.Arbitrary<PanelCommand> = fc.oneof(
  ...Object.entries(COMMANDS).map(([name, arbitrary]) => ({ weight: OPERATIONS[name as OperationName].weight, arbitrary })),
);
