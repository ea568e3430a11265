/** `emtdiff merge`: the run folders of a campaign's shards as one run folder. */
import { runCampaign } from '../campaign.js';
import { FolderLock } from '../journal/folder-lock.js';
import { readJournal, writeJournal } from '../journal/journal.js';
import { unionOf } from '../journal/union.js';
import { UsageError } from '../operations/usage-error.js';
import { unitedState } from '../pipeline/united-state.js';
import { RunFolder } from '../report/run-folder.js';
import { PROFILES } from '../../models/registry.js';
import { readArguments } from './arguments.js';
import { bootSetups } from './boot-corpus.js';
import { profilesOf, startExternals } from './panel-choice.js';
import { packageVersion } from './version.js';

const HELP = `emtdiff merge DIR... --out DIR    shards of one campaign as one run

  Counts add up, each shard counts once, the order does not matter; findings are minimised anew from the witness that the
  whole campaign would have kept, so that the result equals an unsharded run.
  --external NAME=CMD    again, if the shards had it
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments(
    'merge',
    args,
    { out: { type: 'string' }, external: { type: 'string', multiple: true } },
    { least: 1, most: Number.POSITIVE_INFINITY },
  );
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const out = found.text('out');
  if (out === undefined) throw new UsageError('merge: found no --out, expected the folder for the united run');
  const version = packageVersion();
  const runs = found.positionals.map((folder) => ({ folder, journal: readJournal(folder, version) }));
  const union = unionOf(runs);
  const externals = found.list('external').map((definition) => definition.split('=')[0]);
  if (externals.join() !== union.externals.join())
    throw new UsageError(
      `merge: found externals [${externals.join(', ')}], expected [${union.externals.join(', ')}] by --external NAME=COMMAND`,
    );
  const lock = FolderLock.take(out);
  try {
    const folder = new RunFolder(out);
    folder.prepare();
    const profiles = profilesOf(union.profiles.filter((name) => !union.externals.includes(name)));
    const outsiders = await startExternals(found.list('external'), profiles);
    const state = unitedState(union.states);
    try {
      const result = await runCampaign({
        seed: union.seed,
        profiles,
        outsiders,
        known: PROFILES,
        lenses: union.lenses,
        setups: bootSetups(),
        cases: 0,
        before: state,
        shouldStop: () => true,
      });
      const used = Math.max(...runs.map(({ journal }) => journal.used));
      folder.write(result, { version, milliseconds: used, interrupted: false });
      const { seed, lenses, contributions } = union;
      writeJournal(out, {
        version,
        seed,
        profiles: union.profiles,
        externals,
        lenses,
        cases: runs[0].journal.cases,
        milliseconds: runs[0].journal.milliseconds,
        used,
        contributions,
        state,
      });
      process.stdout.write(`${contributions.length} shards, ${result.cases} cases, ${result.findings.length} buckets in ${out}\n`);
      return result.modelFaults.length > 0 ? 3 : 0;
    } finally {
      await Promise.all(outsiders.map((outsider) => outsider.close()));
    }
  } finally {
    lock.release();
  }
}
