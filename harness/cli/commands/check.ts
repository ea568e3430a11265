/** `emtdiff check`: a trace of a real kernel held against profiles. */
import type { Profile } from '../../../models/contract/model.js';
import { PROFILES } from '../../../models/registry.js';
import type { EntryKind } from '../../import/leaf-entry.js';
import { historyOf, isBetween, withChangeSteps } from '../../import/trace-history.js';
import { openText, type TextFile } from '../../import/line-reader.js';
import { checkTrace } from '../../import/trace-check.js';
import { seenEntryKind } from '../../import/traced-vms.js';
import { UsageError } from '../../operations/usage-error.js';
import { type TraceReport, traceReportText } from '../../report/terminal/trace-check.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';
import { profilesOf } from '../panel-choice.js';
import { terminalWidth } from '../panel-session.js';

export const page: CommandPage = {
  usage: ['check TRACE|- --against LIST'],
  about: [
    'Does again what the guest of a trace did (tracefs, trace-cmd report; events kvm and kvmmmu, a probe on kvm_zap_gfn_range), and holds what the kernel recorded against the profiles: values, #GP, leaves, levels, zaps. Every divergence stands at its line, with the rule that decided, and with the profiles that answer as recorded.',
    'Exit code 0: none; 1: divergences.',
  ],
  operands: { least: 1, most: 1 },
  examples: [
    ['check trace.txt --against intel-ept/6.6', 'a trace of Linux 6.1'],
    ['check trace.txt --against intel-ept/6.6,intel-ept/6.16 --format json', 'two versions, for a program'],
  ],
};

/** Whose leaves a lineage writes. */
const KINDS: Readonly<Record<string, EntryKind>> = { 'intel-ept': 'ept', 'amd-npt': 'paging', 'shadow-paging': 'paging' };

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const names = found
    .text('against')
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names === undefined || names.length === 0)
    throw new UsageError('--against: found nothing, expected profiles of KVM such as intel-ept/6.6 (see emtdiff models)');
  const asked = profilesOf(names, '--against');
  const file = openText(found.operands[0], 'a trace');
  try {
    const kind = kindOf(asked, file);
    const candidates = PROFILES.filter(
      ({ lineage, name }) => asked.some((profile) => profile.lineage === lineage) && !name.includes('+'),
    );
    const steps = withChangeSteps(candidates);
    const check = checkTrace(
      file,
      kind,
      asked,
      steps.map(({ profile }) => profile),
      { noncoherentDevices: found.number('noncoherent') },
    );
    const divergences = check.divergences.map((divergence) => ({
      ...divergence,
      fits: divergence.fits.filter((name) => !isBetween(name)),
      history: historyOf(divergence, steps),
    }));
    const report: TraceReport = {
      file: file.name,
      asked: asked.map(({ name }) => name),
      check: { ...check, scores: check.scores.filter(({ profile }) => !isBetween(profile)) },
      divergences,
    };
    process.stdout.write(
      format === 'json'
        ? `${JSON.stringify({ format: 'emtdiff-check/1', ...report })}\n`
        : traceReportText(report, terminalWidth()),
    );
    return divergences.length > 0 ? 1 : 0;
  } finally {
    file.close();
  }
}

/** @throws {UsageError} for profiles that are not KVM's, that write two kinds of leaves, or not the trace's */
function kindOf(asked: readonly Profile[], file: TextFile): EntryKind {
  const kinds = asked.map(({ name, lineage }) => {
    const kind = Object.hasOwn(KINDS, lineage) ? KINDS[lineage] : undefined;
    if (kind === undefined)
      throw new UsageError(`--against: found ${name}, expected a profile of KVM: ${Object.keys(KINDS).join(', ')}`);
    return kind;
  });
  const [kind] = kinds;
  const other = kinds.findIndex((own) => own !== kind);
  if (other >= 0)
    throw new UsageError(
      `--against: found ${asked[other].name} beside ${asked[0].name}, expected profiles whose leaves are of one kind`,
    );
  const seen = seenEntryKind(file);
  if (seen !== null && seen !== kind)
    throw new UsageError(
      `--against: found ${asked[0].name}, expected a profile of ${seen === 'ept' ? 'intel-ept' : 'amd-npt'}: the faults of ${file.name} are ${seen === 'ept' ? 'EPT violations' : 'nested page faults of AMD'}`,
    );
  return kind;
}
