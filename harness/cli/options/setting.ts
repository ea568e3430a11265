/** Everything that can be configured: its key in the file, its option on the command line, its kind. */
import { LENS_NAMES } from '../../compare/lens.js';
import type { ReportFormat } from '../../report/report-formats.js';
import { FAIL_ON } from './failure-class.js';
import { commands, count, filesBy, listOf, onOrOff, oneOf, path, type SettingKind, text, time } from './setting-kind.js';

/** By name, so that a format more does not compile without a word here; its module is not loaded for its names. */
const REPORTERS: Readonly<Record<ReportFormat, true>> = { html: true, markdown: true, junit: true, sarif: true, json: true };

export interface Setting {
  /** Where it stands in the file: `budgets.workers`. */
  readonly key: string;
  /** On the command line, without dashes. */
  readonly option: string;
  readonly kind: SettingKind;
}

/** In the order in which they are printed. */
export const SETTINGS: readonly Setting[] = [
  { key: 'panel', option: 'models', kind: listOf(text) },
  { key: 'externals', option: 'external', kind: commands },
  { key: 'lenses', option: 'lens', kind: listOf(oneOf(LENS_NAMES)) },
  { key: 'seed', option: 'seed', kind: text },
  { key: 'budgets.cases', option: 'cases', kind: count },
  { key: 'budgets.time', option: 'time', kind: time },
  { key: 'budgets.workers', option: 'workers', kind: count },
  { key: 'ledger', option: 'ledger', kind: path },
  { key: 'baseline', option: 'baseline', kind: path },
  { key: 'strict', option: 'strict', kind: onOrOff },
  { key: 'failOn', option: 'fail-on', kind: oneOf(FAIL_ON) },
  { key: 'out', option: 'out', kind: path },
  { key: 'format', option: 'format', kind: oneOf(['terminal', 'json']) },
  { key: 'reporters', option: 'report', kind: filesBy(Object.keys(REPORTERS)) },
];

/** Options of which one at most holds: the strongest layer that names one of them decides, and the others there count as not named. */
export const RIVALS: readonly (readonly string[])[] = [
  ['cases', 'time'],
  ['ledger', 'no-ledger'],
];

/** What the environment names besides: which cases are this machine's, and no ledger at all. */
export const ENVIRONMENT_ONLY = ['shard', 'no-ledger'] as const;
export const SWITCHES: readonly string[] = ['strict', 'no-ledger'];
export const REPEATABLE: readonly string[] = ['external'];
