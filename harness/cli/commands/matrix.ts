/** `emtdiff matrix`: the effective type over the whole decision space. */
import { matrixOf } from '../../decision-space/matrix.js';
import { SPACE_SIZE } from '../../decision-space/dimensions.js';
import { matrixJson } from '../../report/matrix-json.js';
import { matrixText } from '../../report/terminal/matrix.js';
import { readArguments, word } from '../options/arguments.js';
import { profilesOf } from '../panel-choice.js';
import { terminalWidth } from '../panel-session.js';

const MOST_PROFILES = 64;

const HELP = `emtdiff matrix PROFILE...     the effective type of an access over the whole decision space

${SPACE_SIZE} points: backing x devices x quirks x self-snoop x CR0.CD x MTRR type x PAT type, each a scenario of a few
steps. Equal tables are shown once; cells that differ from the first profile's are marked. PROFILE may be a family.

  --format FORMAT        terminal or json (every point, with the deciding rule)
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('matrix', args, { format: { type: 'string' } }, { least: 1, most: MOST_PROFILES });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const format = word('--format', found.text('format') ?? 'terminal', ['terminal', 'json'] as const);
  const matrix = matrixOf(profilesOf(found.positionals));
  process.stdout.write(format === 'json' ? `${JSON.stringify(matrixJson(matrix))}\n` : matrixText(matrix, terminalWidth()));
  return 0;
}
