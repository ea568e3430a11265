/** `emtdiff serve PROFILE`: a profile as an external model on stdin and stdout. */
import { PROFILES } from '../../../models/registry.js';
import { serve } from '../../external/serve.js';
import { answerOf } from '../../run/readable.js';
import { knownProfile } from '../known-profile.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

/** What both sides say, in short. */
const DIALOGUE = `> {"type":"hello","protocol":1}
< {"type":"hello","protocol":1,"name":"intel-ept/6.16",
   "profile":"intel-ept/6.16","operations":[...]}
> {"type":"run","id":7,
   "scenario":{"format":"emtdiff-scenario/1","steps":[...]}}
< {"type":"result","id":7,"observations":[...],"counters":{...}}
> {"type":"bye"}`;

export const page: CommandPage = {
  usage: ['serve PROFILE'],
  about: ['The other side of --external: newline-delimited JSON.', DIALOGUE],
  operands: { least: 1, most: 1 },
  examples: [
    ['serve intel-ept/6.16', 'a profile of ours'],
    ["fuzz --external 'old=emtdiff serve intel-ept/6.6'", 'as an external model of a campaign'],
  ],
  notes: [
    'A line that cannot be served is answered by {"type":"error","id":...,"message":...}; the id is null where the line has none. Ends at bye or at the end of input, when everything asked before is answered, with exit code 0. emtdiff models lists the profiles.',
  ],
};

export async function run(found: Settings): Promise<number> {
  const profile = knownProfile(found.operands[0], PROFILES);
  await serve({ profile: profile.name, answer: (scenario) => answerOf(profile, scenario) }, process.stdin, process.stdout);
  return 0;
}
