#!/usr/bin/env node
/** The command line: picks the command, loads only what that one needs, turns a user's mistake into a sentence. */

/** A command: takes the arguments after its name, answers with the exit code. */
type Command = { run(args: readonly string[]): Promise<number> };

const COMMANDS: Readonly<Record<string, { load: () => Promise<Command>; summary: string }>> = {
  fuzz: {
    load: () => import('./commands/fuzz.js'),
    summary: 'random scenarios through a panel of models; buckets, minimal scenarios',
  },
  replay: { load: () => import('./commands/replay.js'), summary: 'a scenario, a finding or a case of a seed, step by step' },
  minimise: { load: () => import('./commands/minimise.js'), summary: 'the smallest scenario with the same divergence' },
  explain: {
    load: () => import('./commands/explain.js'),
    summary: 'per model: the rule that decided a step, its source, what it read',
  },
  compare: {
    load: () => import('./commands/compare.js'),
    summary: 'what one version does for guests that another does not, bucket by bucket',
  },
  history: {
    load: () => import('./commands/history.js'),
    summary: 'a scenario through all versions, and what changed its answers',
  },
  bisect: { load: () => import('./commands/bisect.js'), summary: 'the first version of a family with the new answer to a step' },
  matrix: { load: () => import('./commands/matrix.js'), summary: 'the effective type of profiles over the whole decision space' },
  report: { load: () => import('./commands/report.js'), summary: 'a run folder as HTML, Markdown, JUnit, SARIF or JSON' },
  issues: { load: () => import('./commands/issues.js'), summary: 'the new buckets of a run as issues of a tracker, a file each' },
  models: { load: () => import('./commands/models.js'), summary: 'the profiles, their spans and commits' },
  accept: { load: () => import('./commands/accept.js'), summary: 'a finding becomes a known divergence: an entry of the ledger' },
  regress: {
    load: () => import('./commands/regress.js'),
    summary: 'the corpus of regressions replayed; a diff of every answer that changed',
  },
  corpus: { load: () => import('./commands/corpus.js'), summary: 'add to, minimise, merge, migrate a corpus of regressions' },
  merge: { load: () => import('./commands/merge.js'), summary: 'the run folders of shards as one run folder' },
  import: { load: () => import('./commands/import.js'), summary: 'a scenario from a log, a dump or a trace' },
  serve: { load: () => import('./commands/serve.js'), summary: 'a profile as an external model on stdin and stdout' },
};

const HELP = `emtdiff: differential testing of x86 memory-type virtualisation

Usage: emtdiff COMMAND [OPTIONS]     (emtdiff COMMAND --help for one command)

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

Exit codes: 0 ran, nothing at or above --fail-on; 1 divergences at or above it; 2 bad usage or input;
3 a model or the harness failed; 4 --strict: the ledger wants a look; 130 interrupted.
`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    process.stderr.write(`emtdiff: unknown command ${JSON.stringify(name)}, expected one of ${Object.keys(COMMANDS).join(' ')}\n`);
    return 2;
  }
  const command = await COMMANDS[name].load();
  return command.run(rest);
}

// A reader that went away (| head) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const usage = error instanceof Error && error.name === 'UsageError';
    process.stderr.write(
      usage ? `emtdiff: ${(error as Error).message}\n` : `emtdiff: internal error: ${(error as Error)?.stack ?? String(error)}\n`,
    );
    process.exitCode = usage ? 2 : 3;
  },
);
