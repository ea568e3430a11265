import { DEF_TYPE, MTRRCAP, msrName, PAT } from '../../models/contract/msr.js';
import { MEMORY_TYPE_NAMES } from '../../models/contract/memory-type.js';
import type { Value64 } from '../../models/contract/operation.js';
import { msr, vcpu } from './fields.js';
import { drawMsrValue, drawWriter, drawWrittenMsr } from './msr-draw.js';
import { printValue64 } from './number.js';
import type { OperationSpec } from './operation-spec.js';
import { value64 } from './value64.js';

export const writeMsr: OperationSpec<'write-msr'> = {
  op: 'write-msr',
  fields: { vcpu, msr, value: value64 },
  weight: 34,
  inEveryCase: true,
  draw(draw, words, at) {
    const target = drawWriter(draw);
    const number = drawWrittenMsr(draw, target);
    words[at + 1] = target;
    words[at + 2] = number;
    drawMsrValue(draw, target, number, words, at + 3);
  },
  inWords: (step) => `wrmsr ${msrName(step.msr)} = ${printValue64(step.value.hi, step.value.lo)}${meaning(step.msr, step.value)}`,
};

/** What a value says to a reader who does not carry the register layouts in his head. */
function meaning(number: number, { hi, lo }: Value64): string {
  const type = (byte: number) => MEMORY_TYPE_NAMES[byte] ?? `?${byte.toString(16)}`;
  if (number === DEF_TYPE) return ` (${type(lo & 0xff)}${lo & 0x800 ? ', E' : ''}${lo & 0x400 ? ', FE' : ''})`;
  if (number === MTRRCAP) return '';
  if (number >= 0x200 && number <= 0x21f) return number % 2 === 0 ? ` ${type(lo & 0xff)}` : lo & 0x800 ? ' valid' : ' not valid';
  const bytes = [lo, lo >>> 8, lo >>> 16, lo >>> 24, hi, hi >>> 8, hi >>> 16, hi >>> 24].map((byte) => byte & 0xff);
  if (number !== PAT && bytes.every((byte) => byte === bytes[0])) return ` (all ${type(bytes[0])})`;
  return ` (${bytes.map(type).join(' ')})`;
}
