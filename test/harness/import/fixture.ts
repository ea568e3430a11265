import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importText } from '../../../harness/import/import-format.js';

export function fixture(name: string): string {
  return readFileSync(join(__dirname, '../../fixtures/formats', name), 'utf8');
}

/** `200=c0000000`: what the steps write, in order. */
export function writes(format: string, text: string): string[] {
  return importText(format, text, 'file').steps.map((step) => `${String(step.msr).slice(2)}=${String(step.value).slice(2)}`);
}
