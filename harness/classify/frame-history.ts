/** What backs a frame at a step, as far as severity depends on it: regions, later `set-backing`, devices that do not snoop. */
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, RAM, RAM_WC, RESERVED } from '../../models/contract/machine.js';
import { framesAt } from '../operations/draw.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { COHERENT_RAM, DEVICE_MEMORY, type FrameClass, NONCOHERENT_RAM } from './circumstances.js';

const ACCESS = codeOf('access');
const SET_BACKING = codeOf('set-backing');
const ATTACH = codeOf('attach-device');
const DETACH = codeOf('detach-device');
/** No region covers the frame. */
export const UNBACKED = -1;

/** Backing of the frame before step `step` runs, or UNBACKED. */
export function backingAt({ machine, words }: EncodedScenario, step: number, gfn: number): Backing | typeof UNBACKED {
  for (let earlier = step - 1, at = earlier * STEP_WORDS; earlier >= 0; earlier--, at -= STEP_WORDS) {
    if (words[at] !== SET_BACKING) continue;
    const first = framesAt(words, at + 1);
    if (gfn >= first && gfn < first + framesAt(words, at + 3)) return words[at + 5] as Backing;
  }
  for (const region of machine.regions) if (gfn >= region.gfn && gfn < region.gfn + region.pages) return region.backing;
  return UNBACKED;
}

/** Whether a device that does not snoop is attached before step `step` runs (by the format: at most 3 of a kind). */
export function noncoherentAt({ machine, words }: EncodedScenario, step: number): boolean {
  let devices = machine.noncoherentDevices;
  for (let earlier = 0, at = 0; earlier < step; earlier++, at += STEP_WORDS) {
    if (words[at] === ATTACH && words[at + 1] === 0) devices = Math.min(3, devices + 1);
    else if (words[at] === DETACH && words[at + 1] === 0) devices = Math.max(0, devices - 1);
  }
  return devices > 0;
}

/** The class of the frame that step `step` accesses; COHERENT_RAM for a step that is no access. */
export function frameClassAt(scenario: EncodedScenario, step: number): FrameClass {
  const at = step * STEP_WORDS;
  if (scenario.words[at] !== ACCESS) return COHERENT_RAM;
  const backing = backingAt(scenario, step, framesAt(scenario.words, at + 2));
  if (backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO || backing === RESERVED) return DEVICE_MEMORY;
  if (backing === RAM_WC || (backing >= RAM && noncoherentAt(scenario, step))) return NONCOHERENT_RAM;
  return COHERENT_RAM;
}
