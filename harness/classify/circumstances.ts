/** What the severity of a divergence depends on besides the two answers: what backs the frame, private memory, a conversion under way. */

/** What backs a frame: coherent RAM, RAM shared with a non-snooping device, device memory. */
export const COHERENT_RAM = 0;
export const NONCOHERENT_RAM = 1;
export const DEVICE_MEMORY = 2;
export type FrameClass = 0 | 1 | 2;
export const FRAME_CLASSES: readonly FrameClass[] = [COHERENT_RAM, NONCOHERENT_RAM, DEVICE_MEMORY];

/** A frame class and flags. */
export type Circumstances = number;
const FRAME_MASK = 3;
/** The machine has private memory. */
export const PRIVATE_MEMORY = 4;
/** A conversion of attributes is paused before the step. */
export const CONVERTING = 8;

export const ALL_CIRCUMSTANCES: readonly Circumstances[] = [0, PRIVATE_MEMORY, PRIVATE_MEMORY | CONVERTING].flatMap((flags) =>
  FRAME_CLASSES.map((frame) => frame | flags),
);

export function frameOf(circumstances: Circumstances): FrameClass {
  return (circumstances & FRAME_MASK) as FrameClass;
}

export function hasPrivateMemory(circumstances: Circumstances): boolean {
  return (circumstances & PRIVATE_MEMORY) !== 0;
}

export function isConverting(circumstances: Circumstances): boolean {
  return (circumstances & CONVERTING) !== 0;
}
