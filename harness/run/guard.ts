/** What bounds work that may never end. The pipeline knows no clock: who starts it hands the guard in. */

/** Does the work and returns what it returns. @throws {Interrupted} if it took too long and was ended where it stood */
export type Guard = <T>(work: () => T) => T;

export class Interrupted extends Error {}

/** For work that is known to end. */
export const unguarded: Guard = (work) => work();

/** A model that gave no answer: no defect with a place in the code, so what is told is the sentence alone. */
export class Looping extends Error {}
