/** The real set-ups that campaigns start a share of their cases from: `corpora/boot` of this package. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Place } from '../operations/usage-error.js';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import { scenarioFrom } from '../scenario/parse.js';

/** Longer ones would spend a campaign's time on one boot. */
const MOST_STEPS = 128;

const folder = fileURLToPath(new URL('../../../corpora/boot/', import.meta.url));

/** In the order of file names. The package's own files: their keys are tested, not looked at again at every start. */
export function bootSetups(): EncodedScenario[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().flatMap((file) => {
    const json = JSON.parse(readFileSync(folder + file, 'utf8')) as { steps: unknown[] };
    return json.steps.length > MOST_STEPS ? [] : [encodeScenario(scenarioFrom(json, new Place(`corpora/boot/${file}`, '$')))];
  });
}
