/** `emtdiff matrix`: the effective type over the whole decision space. */
import { matrixOf } from '../../decision-space/matrix.js';
import { SPACE_SIZE } from '../../decision-space/dimensions.js';
import { matrixJson } from '../../report/matrix-json.js';
import { matrixText } from '../../report/terminal/matrix.js';
import { profilesOf } from '../panel-choice.js';
import { terminalWidth } from '../panel-session.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

const MOST_PROFILES = 64;

export const page: CommandPage = {
  usage: ['matrix PROFILE...'],
  about: [
    `${SPACE_SIZE} points: backing x devices x quirks x self-snoop x CR0.CD x MTRR type x PAT type, each a scenario of a few steps. Equal tables are shown once; cells that differ from the first profile's are marked. PROFILE may be a family.`,
  ],
  operands: { least: 1, most: MOST_PROFILES },
  examples: [
    ['matrix intel-ept/6.6 intel-ept/6.16', 'two versions, the differences marked'],
    ['matrix amd-npt --format json', 'every point of a family, with the deciding rule'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const matrix = matrixOf(profilesOf(found.operands));
  process.stdout.write(format === 'json' ? `${JSON.stringify(matrixJson(matrix))}\n` : matrixText(matrix, terminalWidth()));
  return 0;
}
