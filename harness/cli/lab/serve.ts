/** `emtdiff lab serve` */
import { LabServer } from '../../lab/lab-server.js';
import type { Settings } from '../options/settings.js';
import { labOptions } from './lab-options.js';

export async function act(found: Settings): Promise<number> {
  await new LabServer(await labOptions(found), process.stdin, process.stdout).serve();
  return 0;
}
