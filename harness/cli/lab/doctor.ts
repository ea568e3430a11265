/** `emtdiff lab doctor` */
import { doctorText, examine, isMissing } from '../../lab/doctor.js';
import type { Settings } from '../options/settings.js';
import { chosenEmulators } from './emulator-choice.js';

export async function act(found: Settings): Promise<number> {
  const findings = examine(chosenEmulators(found.text('emulator')));
  process.stdout.write(doctorText(findings));
  return findings.some(isMissing) ? 1 : 0;
}
