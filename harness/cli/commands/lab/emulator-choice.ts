/** `--emulator`. */
import { bochs } from '../../../lab/emulator/bochs.js';
import { EMULATOR_NAMES, type Emulator, type EmulatorName } from '../../../lab/emulator/emulator.js';
import { qemu } from '../../../lab/emulator/qemu.js';
import { word } from '../../options/arguments.js';

const EMULATORS: Readonly<Record<EmulatorName, Emulator>> = { qemu, bochs };

/** All where none is named. @throws {UsageError} */
export function chosenEmulators(name: string | undefined): readonly Emulator[] {
  return name === undefined ? Object.values(EMULATORS) : [EMULATORS[word('--emulator', name, EMULATOR_NAMES)]];
}
