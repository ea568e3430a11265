/** The commands: what each does, in a line, and where its code is. */
import type { CommandName } from './options/option.js';
import type { CommandPage } from './options/page.js';
import type { Settings } from './options/settings.js';

export interface CommandModule {
  readonly page: CommandPage;
  /** Answers with the exit code. */
  run(settings: Settings): Promise<number>;
}

interface Command {
  load(): Promise<CommandModule>;
  readonly summary: string;
}

export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  fuzz: { load: () => import('./commands/fuzz.js'), summary: 'random scenarios through a panel; buckets, minimal scenarios' },
  replay: { load: () => import('./commands/replay.js'), summary: 'a scenario, a finding or a case of a seed, step by step' },
  minimise: { load: () => import('./commands/minimise.js'), summary: 'the smallest scenario with the same divergence' },
  explain: { load: () => import('./commands/explain.js'), summary: 'the rule that decided a step, its source, what it read' },
  compare: { load: () => import('./commands/compare.js'), summary: 'what one version does for guests that another does not' },
  history: { load: () => import('./commands/history.js'), summary: 'a scenario through all versions, and what changed it' },
  bisect: { load: () => import('./commands/bisect.js'), summary: 'the first version of a family with the new answer' },
  matrix: { load: () => import('./commands/matrix.js'), summary: 'the effective type over the whole decision space' },
  map: { load: () => import('./commands/map.js'), summary: 'the address space as ranges, type and register by profile' },
  report: { load: () => import('./commands/report.js'), summary: 'a run folder as HTML, Markdown, JUnit, SARIF or JSON' },
  issues: { load: () => import('./commands/issues.js'), summary: 'the new buckets of a run as issues, a file each' },
  models: { load: () => import('./commands/models.js'), summary: 'the profiles, their spans and commits' },
  accept: { load: () => import('./commands/accept.js'), summary: 'a finding becomes a known divergence of the ledger' },
  regress: { load: () => import('./commands/regress.js'), summary: 'the regressions replayed; a diff of answers that changed' },
  gate: { load: () => import('./commands/gate.js'), summary: 'what a change of this package moves: profiles then and now' },
  conform: { load: () => import('./commands/conform.js'), summary: 'recorded answers of a profile, asked of external models' },
  corpus: { load: () => import('./commands/corpus.js'), summary: 'add to, minimise, merge, migrate a corpus; grow answers' },
  merge: { load: () => import('./commands/merge.js'), summary: 'the run folders of shards as one run folder' },
  new: { load: () => import('./commands/new.js'), summary: 'a scenario to append to: machine, firmware, system' },
  import: { load: () => import('./commands/import.js'), summary: 'a scenario from a log, a dump or a trace' },
  export: { load: () => import('./commands/export.js'), summary: 'a scenario as a program: selftest, kvm-unit-tests, xtf' },
  check: { load: () => import('./commands/check.js'), summary: 'a trace of a real kernel held against profiles' },
  agent: { load: () => import('./commands/agent.js'), summary: 'builds the program that does scenarios on a real kernel' },
  lab: { load: () => import('./commands/lab.js'), summary: 'a real kernel as an external model, also in an emulator' },
  serve: { load: () => import('./commands/serve.js'), summary: 'a profile as an external model on stdin and stdout' },
};

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
