/**
 * Everything that the harness knows of one operation. Each file `<op>.ts` beside this one makes one. The model's method has the
 * operation's name, `writeMsr` for `write-msr`, and takes the fields in their order, each as its `argument` says.
 */
import { type Machine, NESTED_SVM, NESTED_VMX, NO_NESTED } from '../../models/contract/machine.js';
import type { OperationName, OperationOf, Operations } from '../../models/contract/operation.js';
import type { Draw } from './draw.js';
import type { Field } from './field.js';
import type { Place } from './usage-error.js';

/** Words of an encoded step: the operation's code, then its fields in the order of docs/scenario-format.md. */
export const STEP_WORDS = 12;

/** What an operation may ask of the panel. */
export interface DrawnFeatures {
  readonly inPlace: boolean;
  readonly hostMsr: boolean;
}

/** Only on machines with private memory. */
export function withPrivateMemory({ privateMemory }: Machine): boolean {
  return privateMemory;
}

export function onNestedSvm({ nested }: Machine): boolean {
  return nested === NESTED_SVM;
}

export function onNestedVmx({ nested }: Machine): boolean {
  return nested === NESTED_VMX;
}

export function onNested({ nested }: Machine): boolean {
  return nested !== NO_NESTED;
}

export type FieldsOf<N extends OperationName> = { readonly [K in keyof Operations[N]]: Field<Operations[N][K]> };

export interface OperationSpec<N extends OperationName> {
  readonly op: N;
  /** In the order of the scenario format's table; the declared order is the order of the words. */
  readonly fields: FieldsOf<N>;
  /** How often it is drawn, relative to the others. Frozen, as the draw is, for a version of the generator. */
  readonly weight: number;
  /** In every case, not only in those that draw it. */
  readonly inEveryCase?: true;
  /** Drawn only on machines and panels of which this holds. */
  needs?(machine: Machine, features: DrawnFeatures): boolean;
  /** What stands beside an answer: the register value that an `ok` read, or the PAT index that the guest OS chose. */
  readonly beside?: 'value' | 'index';
  /** It stands there only where this field of the step is absent. */
  readonly besideUnless?: string;
  /** Writes a random step's fields from `words[at + 1]` on. */
  draw(draw: Draw, words: Int32Array, at: number): void;
  /** The step in words: `wrmsr MTRRphysBase0 = 0xc0000000 UC`. */
  inWords(step: OperationOf<N>): string;
  /** @throws {UsageError} for what no field can see alone. */
  check?(step: OperationOf<N>, place: Place): void;
}

/** Checks that a range lies within the machine. */
export function checkRange(step: { readonly gfn: number; readonly pages: number }, place: Place): void {
  if (step.gfn + step.pages > place.gfnLimit) {
    place
      .at('pages')
      .fail(`0x${step.pages.toString(16)}`, `gfn + pages at most 0x${place.gfnLimit.toString(16)} (machine.maxPhysAddr)`);
  }
}
