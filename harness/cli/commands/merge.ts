/** `emtdiff merge`: the run folders of a campaign's shards as one run folder. */
import type { CampaignResult } from '../../campaign.js';
import { runGuarded } from '../../engine/guarded-campaign.js';
import type { ExternalModel } from '../../external/external-model.js';
import { FAIL_ON } from '../options/failure-class.js';
import { FolderLock } from '../../engine/folder-lock.js';
import { readJournal, writeJournal } from '../../engine/journal.js';
import { type Union, unionOf } from '../../engine/union.js';
import { UsageError } from '../../operations/usage-error.js';
import { unitedState } from '../../panel/united-state.js';
import { plural } from '../../report/plural.js';
import { RunFolder } from '../../report/run-folder.js';
import type { Profile } from '../../../models/contract/model.js';
import { PROFILES } from '../../../models/registry.js';
import { bootSetups } from '../boot-corpus.js';
import { exitCode } from '../exit-code.js';
import { externalsOfRun } from '../external-choice.js';
import { openLedger, today } from '../ledger-choice.js';
import type { Acquaintance } from '../../report/acquaintance.js';
import { profilesOf, startExternals } from '../panel-choice.js';
import { packageVersion } from '../version.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['merge DIR... --out DIR'],
  about: [
    'Counts add up, each shard counts once, the order does not matter; findings are minimised anew from the witness that the whole campaign would have kept, so that the result equals an unsharded run.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  examples: [
    ['merge runs/s0 runs/s1 runs/s2 --out runs/all', 'three shards as one run'],
    ['merge runs/s* --out runs/all --fail-on none', 'report only'],
  ],
};

export async function run(settings: Settings): Promise<number> {
  const out = settings.text('out');
  if (out === undefined) throw new UsageError('merge: found no --out, expected the folder for the united run');
  const version = packageVersion();
  for (const folder of settings.operands) FolderLock.refuseRunning(folder);
  const runs = settings.operands.map((folder) => ({ folder, journal: readJournal(folder, version) }));
  const union = unionOf(runs);
  const definitions = externalsOfRun(union.externals, settings, 'merge');
  const failOn = settings.one('fail-on', FAIL_ON) ?? null;
  const ledger = openLedger(settings);
  const lock = FolderLock.take(out);
  try {
    new RunFolder(out).prepare();
    const profiles = profilesOf(union.profiles.filter((name) => !union.externals.includes(name)));
    const externals = await startExternals(definitions, profiles, settings);
    try {
      const answering = { profiles, externals, lenses: union.lenses };
      await ledger.gate.replay(answering);
      const counted = await minimised(union, profiles, externals);
      const result = { ...counted, modelFaults: [...ledger.gate.faults, ...counted.modelFaults] };
      const verdict = await ledger.gate.judge(result, answering, today());
      const acquaintance = ledger.acquaintance(verdict);
      keep(out, union, result, definitions, acquaintance);
      process.stdout.write(`${unionText(union, result, acquaintance)} in ${out}\n`);
      const code = exitCode(result, { failOn, verdict, isStrict: settings.has('strict'), isInterrupted: false });
      const isMissing = !isWhole(union, result) && !settings.has('allow-missing');
      return isMissing && code !== 3 ? 1 : code;
    } finally {
      await Promise.all(externals.map((external) => external.close()));
    }
  } finally {
    lock.release();
  }
}

/** The campaign of the union: all its cases are counted already, its buckets are minimised. */
function minimised(union: Union, profiles: readonly Profile[], externals: readonly ExternalModel[]): Promise<CampaignResult> {
  return runGuarded({
    seed: union.seed,
    profiles,
    externals,
    known: PROFILES,
    lenses: union.lenses,
    guestOses: union.guestOses ?? [],
    setups: bootSetups(),
    cases: 0,
    before: unitedState(union.states),
    shouldStop: () => true,
  });
}

function keep(
  out: string,
  union: Union,
  result: CampaignResult,
  definitions: readonly string[],
  acquaintance: Acquaintance | null,
): void {
  const { seed, profiles, externals, lenses, guestOses, cases, milliseconds, used, contributions, curves } = union;
  const version = packageVersion();
  writeJournal(out, {
    version,
    seed,
    profiles,
    externals,
    lenses,
    ...(guestOses === undefined ? {} : { guestOses }),
    cases,
    milliseconds,
    used,
    contributions,
    curves,
    state: result.state,
  });
  new RunFolder(out).write(result, {
    version,
    externals: definitions,
    guestOses: guestOses ?? [],
    milliseconds: used,
    interrupted: false,
    incomplete: !isWhole(union, result),
    ended: new Date().toISOString(),
    curves,
    acquaintance,
  });
}

function isWhole({ contributions, cases }: Pick<Union, 'contributions' | 'cases'>, result: CampaignResult): boolean {
  if (cases !== null) return result.cases >= cases;
  return contributions.reduce((sum, { of }) => sum + 1 / of, 0) > 0.999;
}

/** Says also what is missing: a shard that did not end, or whose folder is not among those given. */
function unionText({ contributions, states, cases }: Union, result: CampaignResult, acquaintance: Acquaintance | null): string {
  const missing = isWhole({ contributions, cases }, result)
    ? ''
    : ` (INCOMPLETE: not all${cases === null ? '' : ` ${cases}`} cases of the campaign)`;
  return [
    `${plural(states.length, 'shard')}, ${result.cases} cases${missing}`,
    `${plural(result.findings.length, 'bucket')}${acquaintance ? ` (${acquaintance.fresh.length} new)` : ''}`,
  ].join(', ');
}
