/** The one table of options. Parsing, help, environment, configuration file, its schema and docs/configuration.md follow from it. */
import { SEVERITIES } from '../../classify/severity.js';
import { DEFAULT_LENSES, LENS_NAMES } from '../../compare/lens.js';
import type { ReportFormat } from '../../report/report-formats.js';
import { FAIL_ON } from './failure-class.js';
import { commands, count, filesBy, flag, listOf, oneOf, orFalse, path, text, texts, time } from './kinds.js';
import type { CommandName, Option } from './option.js';

/** By name, so that a format more does not compile without a word here; its module is not loaded for its names. */
const FORMATS: Readonly<Record<ReportFormat, true>> = { html: true, markdown: true, junit: true, sarif: true, json: true };
const REPORTS = Object.keys(FORMATS);
/** `cost` compares counters, which no guest sees: it is a comparison of its own. */
export const COMPARABLE = LENS_NAMES.filter((name) => name !== 'cost');

const MOST = Number.MAX_SAFE_INTEGER;
/** A thread each. */
export const MOST_WORKERS = 256;
const SESSIONS = ['replay', 'minimise', 'explain'] as const;
const CONFIGURABLE = ['fuzz', ...SESSIONS, 'compare', 'merge', 'accept'] as const;

/** In the order in which help and documentation have them. */
export const TABLE: readonly Option[] = [
  {
    name: 'seed',
    on: ['fuzz'],
    kind: text,
    value: 'TEXT',
    key: 'seed',
    help: "the campaign's seed",
    fallback: 'fresh at every run, printed first',
  },
  { name: 'seed', on: ['replay'], kind: text, value: 'TEXT', help: 'a case of this campaign, with --case' },
  { name: 'case', on: ['replay'], kind: count(0, MOST), value: 'N', help: 'the number of the case, from 0' },
  {
    name: 'models',
    on: ['fuzz'],
    kind: listOf(),
    value: 'LIST',
    key: 'panel',
    help: 'profiles, comma-separated; a family by its name (intel-ept), all by "all"',
    fallback: 'the nine profiles of the default panel',
  },
  {
    name: 'models',
    on: SESSIONS,
    kind: listOf(),
    value: 'LIST',
    key: 'panel',
    help: 'profiles, comma-separated; a family by its name (intel-ept), all by "all"',
    fallback: "the finding's own, else the default panel",
  },
  {
    name: 'models',
    on: ['corpus'],
    kind: listOf(),
    value: 'LIST',
    help: 'of add: whose answers are kept',
    fallback: "the finding's own panel, else the default panel",
  },
  {
    name: 'external',
    on: ['fuzz', ...SESSIONS],
    kind: commands,
    value: 'NAME=CMD',
    key: 'externals',
    help: 'a model in another process (NDJSON on stdin and stdout); repeatable',
    fallback: 'none',
    note: 'File: an object of commands by name; environment: `NAME=CMD`, one a line',
  },
  {
    name: 'external',
    on: ['compare'],
    kind: commands,
    value: 'NAME=CMD',
    key: 'externals',
    help: 'a model in another process; A or B may be its NAME; repeatable',
  },
  {
    name: 'external',
    on: ['merge'],
    kind: commands,
    value: 'NAME=CMD',
    key: 'externals',
    help: 'the external models of the shards, again; repeatable',
  },
  {
    name: 'lens',
    on: ['fuzz', ...SESSIONS],
    kind: listOf(LENS_NAMES),
    value: 'LIST',
    key: 'lenses',
    help: `what is compared: ${LENS_NAMES.join(' ')}`,
    fallback: DEFAULT_LENSES.join(),
  },
  {
    name: 'lens',
    on: ['compare'],
    kind: listOf(LENS_NAMES),
    value: 'LIST',
    help: `what is compared: ${COMPARABLE.join(' ')}; or cost alone: the counters of boots of a 4 GiB guest with private memory that accepts 1 %, 10 % and 100 % of it (sev-snp, tdx, sw-protected)`,
    fallback: DEFAULT_LENSES.join(),
  },
  {
    name: 'cases',
    on: ['fuzz'],
    kind: count(1, MOST),
    value: 'N',
    key: 'budgets.cases',
    choice: 'budget',
    help: 'how many cases are run',
    fallback: 'none: a time',
  },
  {
    name: 'time',
    on: ['fuzz'],
    kind: time,
    value: 'T',
    key: 'budgets.time',
    choice: 'budget',
    help: 'for how long cases are run: 90s, 10m, 1h',
    fallback: '30s',
  },
  {
    name: 'cases',
    on: ['compare'],
    kind: count(0, MOST),
    value: 'N',
    choice: 'budget',
    help: 'how many random sequences are run',
    fallback: '20000',
  },
  { name: 'time', on: ['compare'], kind: time, value: 'T', choice: 'budget', help: 'or for how long: 90s, 10m, 1h' },
  { name: 'seed', on: ['compare'], kind: text, value: 'TEXT', help: 'of the random sequences', fallback: 'emtdiff-compare' },
  {
    name: 'workers',
    on: ['fuzz'],
    kind: count(1, MOST_WORKERS),
    value: 'N',
    key: 'budgets.workers',
    help: 'threads that share the cases',
    fallback: '1',
  },
  {
    name: 'shard',
    on: ['fuzz'],
    kind: text,
    value: 'I/N',
    isVariable: true,
    help: 'only the cases of shard I of N, from 0 on; job arrays say it by their own variables',
  },
  {
    name: 'family',
    on: ['history'],
    kind: text,
    value: 'NAME',
    help: 'one family (intel-ept) or one line of versions (xen-hvm/ept)',
    fallback: 'all',
  },
  { name: 'family', on: ['bisect'], kind: text, value: 'NAME', help: 'intel-ept, amd-npt, xen-hvm/ept, ...' },
  { name: 'good', on: ['bisect'], kind: text, value: 'VERSION', help: 'a version with the old answer, 6.7 (default: the oldest)' },
  {
    name: 'bad',
    on: ['bisect'],
    kind: text,
    value: 'VERSION',
    help: 'a version with the new answer, 6.11.0 (default: the newest)',
  },
  { name: 'step', on: ['bisect'], kind: count(0, MOST), value: 'N', help: 'the step whose answer is looked at, from 0' },
  {
    name: 'step',
    on: ['explain'],
    kind: count(0, MOST),
    value: 'N',
    help: 'the step that is explained, from 0',
    fallback: "the finding's step, else the last step that diverges, else the last",
  },
  {
    name: 'bucket',
    on: ['minimise'],
    kind: text,
    value: 'ID',
    help: 'the divergence that stays',
    fallback: "the finding's own, else the worst",
  },
  {
    name: 'name',
    on: ['corpus'],
    kind: text,
    value: 'NAME',
    help: "of add: the regression's name and file",
    fallback: "the scenario's name, else the bucket",
  },
  { name: 'note', on: ['corpus'], kind: text, value: 'TEXT', help: 'of add: what it shows, in a sentence' },
  {
    name: 'bucket',
    on: ['corpus'],
    kind: text,
    value: 'ID',
    help: 'of add: the divergence that it is a witness of',
    fallback: "the finding's own, else the scenario's worst",
  },
  { name: 'all', on: ['accept'], kind: flag, help: 'every finding of a run folder that the ledger does not explain yet' },
  {
    name: 'update',
    on: ['accept'],
    kind: flag,
    help: 'after review: pins the answers that profiles give today, and lists what moved',
  },
  { name: 'yes', on: ['accept'], kind: flag, help: 'with --all: ask nothing' },
  { name: 'reason', on: ['accept'], kind: text, value: 'TEXT', help: 'why it is accepted, in a sentence' },
  { name: 'source', on: ['accept'], kind: texts, value: 'TEXT', help: 'where that can be looked up; repeatable' },
  {
    name: 'reason-from-rules',
    on: ['accept'],
    kind: flag,
    help: 'reason and source from the sentences and citations of the two rules that decided',
  },
  {
    name: 'severity',
    on: ['accept'],
    kind: oneOf(SEVERITIES),
    value: 'CLASS',
    help: `where you judge it otherwise than emtdiff does: ${SEVERITIES.join(' ')}`,
  },
  { name: 'by', on: ['accept'], kind: text, value: 'NAME', help: 'who accepts it', fallback: 'you, as the system knows you' },
  { name: 'on', on: ['accept'], kind: text, value: 'DATE', help: 'when', fallback: 'today' },
  {
    name: 'expires',
    on: ['accept'],
    kind: text,
    value: 'DATE',
    help: 'the last day on which it holds',
    fallback: 'it holds forever',
  },
  {
    name: 'ledger',
    on: ['fuzz', 'merge', 'accept'],
    kind: orFalse(path),
    value: 'DIR',
    key: 'ledger',
    choice: 'ledger',
    off: 'no-ledger',
    help: 'folder of known divergences',
    fallback: "the package's own, and corpora/known-divergences of the working directory, into which accept writes",
    note: 'File: `false` for none; environment: `EMTDIFF_NO_LEDGER=1`',
  },
  { name: 'no-ledger', on: ['fuzz', 'merge'], kind: flag, choice: 'ledger', isVariable: true, help: 'ignore the ledger' },
  {
    name: 'baseline',
    on: ['fuzz', 'merge'],
    kind: path,
    value: 'DIR',
    key: 'baseline',
    help: 'buckets that stand as this run folder (or folder of findings) has them are not new, either',
    fallback: 'none',
  },
  {
    name: 'strict',
    on: ['fuzz', 'merge'],
    kind: flag,
    key: 'strict',
    help: 'exit 4 if an entry of the ledger is expired, never to be hit, no longer shown by its scenario, or too wide',
    fallback: 'off',
    note: 'Environment: 1 or 0',
  },
  {
    name: 'fail-on',
    on: ['fuzz', 'merge'],
    kind: oneOf(FAIL_ON),
    value: 'CLASS',
    key: 'failOn',
    help: `what makes exit code 1: ${FAIL_ON.join(' ')}; unreviewed: new, or known and reviewed by nobody; correctness: worse than performance`,
    fallback: 'new where a ledger exists for the panel, else none',
  },
  {
    name: 'out',
    on: ['fuzz'],
    kind: path,
    value: 'DIR',
    key: 'out',
    help: 'run folder: keeps summary.json, one file a finding, and a journal',
    fallback: 'nothing is kept',
  },
  { name: 'out', on: ['merge'], kind: path, value: 'DIR', help: 'the folder for the united run' },
  { name: 'out', on: ['import'], kind: path, value: 'FILE', help: 'the scenario', fallback: 'stdout' },
  {
    name: 'against',
    on: ['check'],
    kind: listOf(),
    value: 'LIST',
    help: 'profiles of KVM, comma-separated: those of the kernel that was traced, or of one that it is to be compared with',
  },
  {
    name: 'vm',
    on: ['import'],
    kind: count(1, MOST),
    value: 'N',
    help: 'of a trace with several VMs, one after the other: which one',
    fallback: '1',
  },
  {
    name: 'noncoherent',
    on: ['import', 'check'],
    kind: count(0, 3),
    value: 'N',
    help: 'of a trace: devices with non-coherent DMA',
    fallback: 'what leaves and zaps show',
  },
  { name: 'out', on: ['corpus'], kind: path, value: 'DIR', help: 'of merge: the folder for the united corpus' },
  { name: 'out', on: ['compare'], kind: path, value: 'DIR', help: 'with --lens cost: keeps the boots there, as scenarios' },
  {
    name: 'out',
    on: ['issues'],
    kind: path,
    value: 'FOLDER',
    help: 'KEY.md: first line the title, which ends with [KEY], then an empty line, then the body. The key is a function of the bucket alone, so that a rerun updates the issue instead of opening another',
  },
  { name: 'most', on: ['issues'], kind: count(1, MOST), value: 'N', help: 'at most so many, the worst first', fallback: '20' },
  { name: 'resume', on: ['fuzz'], kind: path, value: 'DIR', help: 'go on with a run that was interrupted' },
  {
    name: 'update',
    on: ['regress'],
    kind: flag,
    help: 'after review: rewrites the files whose answers changed, and in them only the answers that did',
  },
  { name: 'details', on: ['replay'], kind: flag, help: 'levels, leaves and rules, too' },
  { name: 'details', on: ['compare'], kind: flag, help: 'every symptom with its own minimal scenario' },
  {
    name: 'format',
    on: ['fuzz'],
    kind: oneOf(['terminal', 'json']),
    value: 'FORMAT',
    key: 'format',
    help: 'terminal, or json: one document on stdout',
    fallback: 'terminal',
  },
  {
    name: 'format',
    on: ['replay', 'explain', 'compare', 'history', 'bisect', 'matrix', 'models', 'regress', 'check'],
    kind: oneOf(['terminal', 'json']),
    value: 'FORMAT',
    help: 'terminal or json',
    fallback: 'terminal',
  },
  {
    name: 'format',
    on: ['minimise'],
    kind: oneOf(['terminal', 'json']),
    value: 'FORMAT',
    help: 'terminal (the scenario on stdout, the rest on stderr) or json (a finding)',
    fallback: 'terminal',
  },
  {
    name: 'format',
    on: ['import'],
    kind: text,
    value: 'FORMAT',
    help: 'what the file is, one of the formats below',
    fallback: 'auto',
  },
  {
    name: 'format',
    on: ['report'],
    kind: oneOf(REPORTS),
    value: 'FORMAT',
    help: 'html: one file that works from disk; markdown: for $GITHUB_STEP_SUMMARY and mails; junit: one case a bucket; sarif: 2.1.0, one result a bucket; json: the summary itself',
    fallback: 'markdown',
  },
  { name: 'output', on: ['report'], kind: path, value: 'FILE', help: 'write there', fallback: 'stdout' },
  {
    name: 'report',
    on: ['fuzz'],
    kind: filesBy(REPORTS),
    value: 'LIST',
    key: 'reporters',
    help: `reports after the run: ${REPORTS.slice(0, 2)
      .map((format) => `${format}=FILE`)
      .join(',')}, ...`,
    fallback: 'none',
    note: `File: an object of files by format (${REPORTS.map((format) => `\`${format}\``).join(' ')})`,
  },
  { name: 'report', on: ['regress'], kind: text, value: 'junit=FILE', help: 'besides: a case a regression' },
  {
    name: 'config',
    on: CONFIGURABLE,
    kind: path,
    value: 'FILE',
    choice: 'configuration',
    help: 'options from this file; EMTDIFF_* in the environment is stronger, flags are strongest',
    fallback: 'emtdiff.config.js or .json, or the key emtdiff of package.json, in the working directory',
  },
  { name: 'no-config', on: CONFIGURABLE, kind: flag, choice: 'configuration', help: 'ignore configuration files' },
  {
    name: 'print-config',
    on: ['fuzz'],
    kind: flag,
    help: 'the options as they hold, and where each comes from, as JSON; nothing is run',
  },
];

export function optionsOf(command: CommandName): readonly Option[] {
  return TABLE.filter(({ on }) => on.includes(command));
}

/** What a configuration file may hold: the keys of `fuzz`, which has them all. */
export const SETTINGS: readonly (Option & { readonly key: string })[] = optionsOf('fuzz').filter(
  (option): option is Option & { readonly key: string } => option.key !== undefined,
);

/** What the environment may hold. */
export const VARIABLES: readonly Option[] = optionsOf('fuzz').filter(
  ({ key, isVariable }) => key !== undefined || isVariable === true,
);

/** Options of which one at most holds. */
export function rivalsOf({ name, choice }: Option, among: readonly Option[]): readonly string[] {
  return choice === undefined ? [name] : among.filter((other) => other.choice === choice).map((other) => other.name);
}
