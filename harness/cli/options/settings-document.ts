/** `--print-config`: every setting of a campaign as it holds, and where it comes from. */
import { join } from 'node:path';
import { SETTINGS } from './table.js';
import type { CampaignPlan } from '../../engine/campaign-plan.js';
import { DEFAULT_TIME, FIXED } from '../campaign-choice.js';
import { corpusFolder } from '../package-folder.js';
import type { Settings } from './settings.js';
import { shardSource } from '../../engine/shard-choice.js';

const FORMAT = 'emtdiff-settings/1';

interface Shown {
  readonly value: unknown;
  readonly from: 'flag' | 'environment' | 'file' | 'journal' | 'default';
  readonly source?: string;
}

/** Values as a configuration file would have them; null: none, or decided by the run (a fresh seed, `failOn` by the ledger). */
export function settingsDocument(settings: Settings, plan: CampaignPlan): Record<string, unknown> {
  const shown = SETTINGS.map(({ key, name: option }): [string, Shown] => [
    key,
    { value: effective(option, settings, plan), ...from(option, settings, plan) },
  ]);
  return {
    format: FORMAT,
    file: settings.file,
    settings: { ...Object.fromEntries(shown), shard: { value: shardOf(plan), ...from('shard', settings, plan) } },
  };
}

function from(option: string, settings: Settings, plan: CampaignPlan): Omit<Shown, 'value'> {
  if (plan.resumes && FIXED.some((name) => name === option) && plan.out !== null)
    return option === 'out' ? { from: 'flag', source: '--resume' } : { from: 'journal', source: join(plan.out, 'journal.json') };
  const origin = settings.origin(option);
  const engine = option === 'shard' && origin === 'default' ? shardSource(process.env) : null;
  if (engine !== null) return { from: 'environment', source: engine };
  if (origin === 'default') return { from: origin };
  const named = option === 'ledger' && settings.has('no-ledger') ? 'no-ledger' : option;
  // The exclusive alternative was chosen, so this one is off.
  return settings.value(named) === undefined ? { from: 'default' } : { from: origin, source: settings.source(named) };
}

function effective(option: string, settings: Settings, plan: CampaignPlan): unknown {
  switch (option) {
    case 'models':
      return plan.profiles.map(({ name }) => name);
    case 'external':
      return Object.fromEntries(plan.externals.map((definition) => [...definition.split(/=(.*)/s)].slice(0, 2)));
    case 'lens':
      return plan.lenses;
    case 'guest-os':
      return plan.guestOses;
    case 'seed':
      return plan.resumes ? plan.seed : (settings.text('seed') ?? null);
    case 'cases':
      return Number.isFinite(plan.cases) ? plan.cases : null;
    case 'time':
      return Number.isFinite(plan.milliseconds) ? timeOf(settings, plan) : null;
    case 'workers':
      return plan.contributions.length;
    case 'ledger':
      return settings.has('no-ledger') ? false : (settings.text('ledger') ?? corpusFolder('known-divergences'));
    case 'strict':
      return settings.has('strict');
    case 'out':
      return plan.out;
    case 'format':
      return settings.text('format') ?? 'terminal';
    case 'report':
      return Object.fromEntries(
        (settings.text('report') ?? '').split(',').flatMap((entry) => (entry === '' ? [] : [entry.split(/=(.*)/s).slice(0, 2)])),
      );
    default:
      return settings.text(option) ?? null;
  }
}

function timeOf(settings: Settings, { resumes, milliseconds }: CampaignPlan): string {
  return resumes ? `${milliseconds / 1000}s` : (settings.text('time') ?? DEFAULT_TIME);
}

/** Of this machine: workers split it further. */
function shardOf({ contributions }: CampaignPlan): string {
  const [{ index, of }] = contributions;
  return `${index + 1}/${of / contributions.length}`;
}
