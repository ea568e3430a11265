/**
 * A set of MTRR types, as an integer: bit t stands for the type with encoding t. A look-up that the manuals settle gives one
 * type; more than one are the types between which they leave it open.
 */
import type { RegisterType } from '../contract/memory-type.js';

export type TypeSet = number;

export function setOf(type: number): TypeSet {
  return 1 << type;
}

export function hasOneType(types: TypeSet): boolean {
  return types !== 0 && (types & (types - 1)) === 0;
}

/** The member with the highest encoding: of a set of one type, that type. The set is not empty. */
export function anyType(types: TypeSet): RegisterType {
  return (31 - Math.clz32(types)) as RegisterType;
}
