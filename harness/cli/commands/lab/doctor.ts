/** `emtdiff lab doctor` */
import { doctorText, examine, isMissing } from '../../../lab/doctor.js';
import { readArguments } from '../../options/arguments.js';
import { chosenEmulators } from './emulator-choice.js';

const HELP = `emtdiff lab doctor: what the lab needs, what is here, and the one line that installs the rest

  --emulator NAME  qemu or bochs (default: both)
  -h, --help       this text

Exit code 1 if something is missing.
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('lab doctor', args, { emulator: { type: 'string' } }, { least: 0, most: 0 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const findings = examine(chosenEmulators(found.text('emulator')));
  process.stdout.write(doctorText(findings));
  return findings.some(isMissing) ? 1 : 0;
}
