import { LEVEL_NAMES } from '../../models/contract/address.js';
import { DEVICE_RO, FOREIGN, GRANT } from '../../models/contract/machine.js';
import {
  ACCESS_KIND_NAMES,
  ACCESS_PAUSE_NAMES,
  type AccessKind,
  type AccessPause,
  EXECUTE,
  READ,
  WRITE,
} from '../../models/contract/operation.js';
import { type Draw, putFrames } from './draw.js';
import { optional } from './field.js';
import { count, flag, flagUnlessFalse, gfn, kind, level, named, vcpu } from './fields.js';
import { printHex } from './number.js';
import type { OperationSpec } from './operation-spec.js';

export const access: OperationSpec<'access'> = {
  op: 'access',
  fields: {
    vcpu,
    gfn,
    kind,
    pat: count(0, 7),
    pageSize: optional(level, 1),
    private: optional(flag, false),
    ack: optional(flagUnlessFalse, true),
    pauseAfter: optional(named<AccessPause>(ACCESS_PAUSE_NAMES, [0, 1, 2, 3]), 0),
  },
  weight: 40,
  inEveryCase: true,
  draw(draw, words, at) {
    const frame = draw.gfn();
    words[at + 1] = draw.vcpu();
    putFrames(words, at + 2, frame);
    words[at + 4] = drawKind(draw, frame);
    words[at + 5] = draw.patIndices && draw.random.chance(144) ? draw.random.below(8) : 0;
    words[at + 6] = draw.largePages && draw.random.chance(64) ? 2 + draw.random.below(2) : 1;
    const { privateMemory } = draw.machine;
    words[at + 7] = privateMemory && draw.isPrivate(frame) ? 1 : 0;
    words[at + 8] = privateMemory && draw.random.chance(16) ? 0 : 1;
    words[at + 9] = privateMemory && draw.random.chance(draw.races ? 64 : 40) ? 1 + draw.random.below(3) : 0;
  },
  inWords(step) {
    const extras = [
      step.pageSize === 1 ? '' : ` in a ${LEVEL_NAMES[step.pageSize]} page`,
      step.private ? ' private' : '',
      step.ack ? '' : ' without ack',
      step.pauseAfter === 0 ? '' : `, pause after ${ACCESS_PAUSE_NAMES[step.pauseAfter]}`,
    ];
    return `${ACCESS_KIND_NAMES[step.kind]} gfn ${printHex(step.gfn)} PAT${step.pat}${extras.join('')}`;
  },
};

/** Accesses that the backing does not permit are left out: no memory type depends on them. */
function drawKind(draw: Draw, frame: number): AccessKind {
  const kind = draw.random.below(3) as AccessKind;
  const backing = draw.backingOf(frame);
  if (kind === WRITE && backing === DEVICE_RO) return READ;
  if (kind === EXECUTE && (backing === GRANT || backing === FOREIGN)) return READ;
  return kind;
}
