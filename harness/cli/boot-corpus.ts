/** The real set-ups that campaigns start a share of their cases from: `corpora/boot` of this package. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import { parseScenario } from '../scenario/parse.js';

/** Longer ones would spend a campaign's time on one boot. */
const MOST_STEPS = 128;

const folder = fileURLToPath(new URL('../../../corpora/boot/', import.meta.url));

/** In the order of file names. */
export function bootSetups(): EncodedScenario[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files
    .sort()
    .map((file) => encodeScenario(parseScenario(readFileSync(folder + file, 'utf8'), `corpora/boot/${file}`)))
    .filter(({ steps }) => steps <= MOST_STEPS);
}
