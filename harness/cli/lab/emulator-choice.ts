/** `--emulator`. */
import { bochs } from '../../lab/emulator/bochs.js';
import type { Emulator, EmulatorName } from '../../lab/emulator/emulator.js';
import { qemu } from '../../lab/emulator/qemu.js';

const EMULATORS: Readonly<Record<EmulatorName, Emulator>> = { qemu, bochs };

/** All where none is named; the table of options has checked the name. */
export function chosenEmulators(name: string | undefined): readonly Emulator[] {
  return name === undefined ? Object.values(EMULATORS) : [EMULATORS[name as EmulatorName]];
}
