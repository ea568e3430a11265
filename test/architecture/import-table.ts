/** Who may import whom: the architecture's table as data, and the one function that reads it. */
import type { Import } from './source-files.js';

/** What the files of a folder may import besides their own folder. */
export interface Row {
  /** Folders, or files without their extension. */
  readonly folders: readonly string[];
  /** Only as `import type`. */
  readonly types?: readonly string[];
  /** Packages, and `node:` for the modules of Node. */
  readonly packages?: readonly string[];
}

const CONTRACT = 'models/contract';
const OPERATIONS = 'harness/operations';
const SCENARIO = 'harness/scenario';
const WORDS = [CONTRACT, OPERATIONS, SCENARIO];
const RUN = 'harness/run';
const COMPARE = 'harness/compare';
const CLASSIFY = 'harness/classify';
const STAGES = ['harness/generate', RUN, COMPARE, CLASSIFY, 'harness/minimise'];
const PANEL = 'harness/panel';
const FINDING = 'harness/finding';
/** What every tool over findings may know: a panel at work, and what it found. */
const AT_WORK = [...STAGES, PANEL, FINDING];

const FILES = 'harness/files';

/** Every folder of the harness, and the files that stand in none. */
export const TABLE: Readonly<Record<string, Row>> = {
  'harness/operations': { folders: [CONTRACT] },
  'harness/scenario': { folders: [CONTRACT, OPERATIONS], packages: ['jsonc-parser'] },
  // The stages: a later one may know what an earlier one yields, never the other way round.
  'harness/generate': { folders: WORDS, packages: ['fast-check', 'seedrandom'] },
  'harness/run': { folders: WORDS },
  'harness/compare': { folders: [...WORDS, RUN] },
  'harness/classify': { folders: [...WORDS, RUN, COMPARE] },
  // Its predicate is an argument: what a divergence is, it does not know.
  'harness/minimise': { folders: WORDS },
  'harness/external': { folders: [...WORDS, RUN], types: [PANEL, FINDING], packages: ['node:'] },
  'harness/regressions': {
    folders: [...WORDS, FILES, RUN, COMPARE, CLASSIFY],
    types: [PANEL, FINDING],
    packages: ['node:', 'json-diff'],
  },
  // A panel at work, then what it found: each may know what stands before it.
  'harness/panel': { folders: [...WORDS, ...STAGES] },
  'harness/finding': { folders: [...WORDS, ...STAGES, PANEL] },
  'harness/conformance': {
    folders: [...WORDS, 'harness/generate', RUN, 'harness/minimise', 'harness/files'],
    packages: ['node:'],
  },
  'harness/gate': {
    folders: [...WORDS, ...AT_WORK, 'harness/comparison', 'harness/external', 'harness/files'],
    packages: ['node:'],
  },
  'harness/explain': { folders: [...WORDS, RUN, COMPARE, CLASSIFY], packages: ['json-diff'] },
  'harness/comparison': { folders: [...WORDS, ...AT_WORK, 'harness/decision-space'] },
  'harness/decision-space': { folders: [...WORDS, RUN, COMPARE, CLASSIFY] },
  'harness/private-boot': { folders: [...WORDS, RUN] },
  'harness/history': { folders: [...WORDS, RUN, COMPARE, CLASSIFY] },
  // To what other people run.
  'harness/export': { folders: [...WORDS, RUN] },
  // Scenarios from a few wishes.
  'harness/template': { folders: WORDS },
  // What people have in hand, and scenarios in their form.
  'harness/import': { folders: [...WORDS, RUN, 'harness/history'], packages: ['node:'] },
  'harness/report': {
    folders: [...WORDS, RUN, COMPARE, CLASSIFY, PANEL, FINDING, FILES, 'harness/ledger'],
    types: [
      'harness/campaign',
      'harness/explain',
      'harness/import',
      'harness/comparison',
      'harness/decision-space',
      'harness/history',
      'harness/private-boot',
      'harness/conformance',
      'harness/gate',
    ],
    packages: ['node:'],
  },
  'harness/ledger': { folders: [...WORDS, ...AT_WORK, FILES], types: ['harness/campaign'], packages: ['node:'] },
  // The one place that touches the disk.
  'harness/files': { folders: WORDS, packages: ['node:'] },
  'harness/engine': {
    folders: [...WORDS, ...AT_WORK, FILES, 'harness/campaign', 'harness/external'],
    packages: ['node:'],
  },
  // Real kernels: scenarios drawn for them, the protocol of external models, models' answers beside theirs.
  'harness/lab': { folders: [...WORDS, RUN, 'harness/generate', 'harness/external'], packages: ['node:'] },
  'harness/campaign': { folders: [...WORDS, ...AT_WORK] },
  'harness/agreement': { folders: [...WORDS, ...AT_WORK] },
  // Binds a corpus to the profiles of this package.
  'harness/describe-corpus': { folders: ['harness/regressions', 'models/registry'] },
  // What users import: it offers, and does nothing itself.
  'harness/library': { folders: ['harness', CONTRACT, 'models/registry'] },
  'harness/cli': { folders: ['harness', CONTRACT, 'models/registry'], packages: ['node:'] },
  'models/contract': { folders: [] },
};

/** A model knows the words and nothing else. */
const MODEL: Row = { folders: [CONTRACT] };

/** The row of a file, and the folder whose files it may import freely; null: no row says anything about it. */
export function rowOf(path: string): { readonly own: string; readonly row: Row } | null {
  const file = path.replace(/\.ts$/, '');
  if (file === 'models/registry') return { own: file, row: { folders: [CONTRACT] } };
  const own = file.split('/').slice(0, 2).join('/');
  if (own in TABLE) return { own, row: TABLE[own] };
  return /^models\/[^/]+\/./.test(file) ? { own, row: MODEL } : null;
}

/** Terminal, page, continuous integration: what two of them share stands beside them. */
const mediumOf = (file: string) => /^harness\/report\/(terminal|html|ci)\//.exec(file)?.[1] ?? null;

export function mayImport(path: string, { target, isType }: Import): boolean {
  const [medium, other] = [mediumOf(path), mediumOf(target)];
  if (medium !== null && other !== null && medium !== other) return false;
  const found = rowOf(path);
  if (found === null) return false;
  const { own, row } = found;
  if (path === 'models/registry.ts' && /^models\/[^/]+\/(versions|profiles)$/.test(target)) return true;
  if (!/^(models|harness)\//.test(target))
    return (row.packages ?? []).some((name) => target === name || (name === 'node:' && target.startsWith(name)));
  const within = (folder: string) => target === folder || target.startsWith(`${folder}/`);
  return within(own) || row.folders.some(within) || (isType && (row.types ?? []).some(within));
}
