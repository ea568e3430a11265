/**
 * Boots of a large guest with private memory, as scenarios: what a conversion costs for memory that the guest uses and for memory that it
 * never touches. After the thread on RFC v8 02/56 (March 2023), "large VM boot".
 */
import { LEVEL_2M } from '../../models/contract/address.js';
import { BACKING_HOST_MTRR, BACKING_HOST_PAT, type Machine, RAM } from '../../models/contract/machine.js';
import { PRIVATE, SHARED } from '../../models/contract/observation.js';
import {
  type Operation,
  type OperationOf,
  PAUSE_INVALIDATE_END,
  PAUSE_STORE,
  READ,
  WRITE,
} from '../../models/contract/operation.js';
import { putFrames } from '../operations/draw.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { encodeStep } from '../operations/step-codec.js';
import { Place } from '../operations/usage-error.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { machineFrom } from '../scenario/parse.js';

/** 4 GiB in frames of 4 KiB. */
export const GUEST_FRAMES = 0x100000;
/** Frames of 2 MiB: what the guest accepts at a time. */
const BLOCK = 512;
/** 16 MiB of bounce buffers for devices, of what was accepted. */
export const BOUNCE_FRAMES = 8 * BLOCK;

export type BootKind = 'at-launch' | 'when-accepted';
export const BOOT_KINDS: Readonly<Record<BootKind, string>> = {
  'at-launch': 'userspace converts all memory to private before the guest runs',
  'when-accepted': 'the guest has each 2 MiB converted to private just before it accepts them',
};

/** Frames that a guest of `guestFrames` accepts: whole blocks, at least those of the bounce buffers. */
export function acceptedFrames(percent: number, guestFrames: number): number {
  const blocks = Math.round((guestFrames / BLOCK) * (percent / 100));
  return Math.max(blocks * BLOCK, BOUNCE_FRAMES);
}

/** The boot of a guest of `guestFrames`: acceptance, page by page; then the first accepted frames become bounce buffers, raced by a write of another vCPU. */
export function bootScenario(kind: BootKind, accepted: number, guestFrames: number): EncodedScenario {
  const script = new Script(accepted + 3 * (accepted / BLOCK) + BOUNCE_FRAMES + 16);
  if (kind === 'at-launch') script.add({ op: 'set-attributes', gfn: 0, pages: guestFrames, to: PRIVATE, pauseAfter: 0 });
  for (let block = 0; block < accepted; block += BLOCK) acceptBlock(script, kind, block);
  addBounceBuffers(script);
  return { machine: { ...MACHINE, regions: [{ ...RAM_OF_2M, pages: guestFrames }] }, words: script.words, steps: script.steps };
}

/** The first conversion is raced: the other vCPU touches a page while the ioctl has not returned yet. */
function acceptBlock(script: Script, kind: BootKind, block: number): void {
  if (kind === 'when-accepted') {
    const pauseAfter = block === 0 ? PAUSE_INVALIDATE_END : 0;
    script.add({ op: 'set-attributes', gfn: block, pages: BLOCK, to: PRIVATE, pauseAfter });
    if (block === 0) {
      script.add({ ...ACCESS, vcpu: 1, gfn: 0, kind: READ, private: true });
      script.add({ op: 'resume-attributes' });
    }
  }
  script.addAccesses({ ...ACCESS, gfn: block, private: true }, BLOCK);
}

/** Attribute first, then the old backing goes (QEMU's order); then the guest uses the buffers. */
function addBounceBuffers(script: Script): void {
  script.add({ op: 'set-attributes', gfn: 0, pages: BOUNCE_FRAMES, to: SHARED, pauseAfter: PAUSE_STORE });
  script.add({ ...ACCESS, vcpu: 1, gfn: 0 });
  script.add({ op: 'resume-attributes' });
  script.add({ op: 'punch-hole', gfn: 0, pages: BOUNCE_FRAMES });
  script.addAccesses({ ...ACCESS, gfn: 0 }, BOUNCE_FRAMES);
}

const ACCESS = {
  op: 'access',
  vcpu: 0,
  kind: WRITE,
  pat: 0,
  pageSize: 1,
  private: false,
  ack: true,
  pauseAfter: 0,
} as const satisfies Partial<Operation>;

const MACHINE: Machine = machineFrom({ vcpus: 2, privateMemory: true }, new Place('boot', '$.machine'));

const RAM_OF_2M = {
  gfn: 0,
  backing: RAM,
  level: LEVEL_2M,
  hostMtrr: BACKING_HOST_MTRR[RAM],
  hostPat: BACKING_HOST_PAT[RAM],
  specialOffset: 0,
  specialPages: 0,
} as const;

/** Where an encoded access has its frame. */
const GFN_WORD = 2;

/** Steps as words: a million of them as objects would take half a gigabyte. */
class Script {
  readonly words: Int32Array;
  steps = 0;

  constructor(most: number) {
    this.words = new Int32Array(most * STEP_WORDS);
  }

  add(step: Operation): void {
    encodeStep(step, this.words, this.steps * STEP_WORDS, STEP_WORDS);
    this.steps++;
  }

  /** The same access of `count` frames in a row. */
  addAccesses(first: OperationOf<'access'>, count: number): void {
    this.add(first);
    for (let gfn = first.gfn + 1; gfn < first.gfn + count; gfn++) {
      const at = this.steps * STEP_WORDS;
      this.words.copyWithin(at, at - STEP_WORDS, at);
      putFrames(this.words, at + GFN_WORD, gfn);
      this.steps++;
    }
  }
}
