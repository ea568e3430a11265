/** What `emtdiff check` says: divergences at their lines, then which profile the trace fits, then what stays open. */
import type { TraceCheck, TraceDivergence } from '../../import/trace-check.js';
import { citationText } from '../citation-text.js';
import { wrapped as wrappedText } from '../wrapped.js';

export interface ExplainedDivergence extends TraceDivergence {
  /** Null: no released version answers as recorded. */
  readonly history: {
    readonly fits: string;
    readonly span: string;
    readonly changedIn: string;
    readonly commits: readonly string[];
    readonly isExact: boolean;
  } | null;
}

export interface TraceReport {
  readonly file: string;
  readonly asked: readonly string[];
  readonly check: TraceCheck;
  readonly divergences: readonly ExplainedDivergence[];
}

export function traceReportText({ file, asked, check, divergences }: TraceReport, width: number): string {
  const lines: string[] = [];
  for (const divergence of divergences) lines.push(...divergenceLines(divergence, file, width), '');
  const vms = check.vms === 1 ? 'one VM' : `${check.vms} VMs, one after the other`;
  lines.push(...wrapped(`${file}: ${vms}, ${check.operations} operations of the guest`, width, ''));
  for (const name of asked) lines.push(...scoreLines(name, check, divergences, width));
  lines.push(...identityLines(check, width));
  if (check.rebuilt > 0)
    lines.push(
      ...wrapped(
        `${check.rebuilt} leaves were built again although nothing recorded removed them (memory slots, rights, pages that moved): models build theirs again, too`,
        width,
        '  ',
      ),
    );
  if (check.notes.length > 0)
    lines.push('what the trace does not say:', ...[...new Set(check.notes)].flatMap((note) => wrapped(`- ${note}`, width, '  ')));
  return `${lines.join('\n')}\n`;
}

function divergenceLines(divergence: ExplainedDivergence, file: string, width: number): string[] {
  const { line, profile, operation, kind, recorded, expected, rule, history, fits } = divergence;
  const source = rule === null ? '' : `: ${rule.sentence} [${citationText(rule.citation)}]`;
  const proposals = fits.filter((name) => name !== history?.fits).length;
  const explained =
    history === null
      ? fits.length === 0
        ? 'unexplained: no profile of the family answers as recorded'
        : `unexplained: only ${fits.join(', ')} answers as recorded, which no release has`
      : `fits ${history.fits} (${history.span})${proposals > 0 ? ` and ${proposals} more` : ''}; changed in ${history.changedIn}${history.commits.length > 0 ? ` by ${history.isExact ? '' : 'one of '}${history.commits.join(', ')}` : ''}`;
  return [
    ...wrapped(`${file}:${line}: ${operation}`, width, ''),
    ...wrapped(`recorded: ${kind} ${recorded}`, width, '  '),
    ...wrapped(`${profile}: ${kind} ${expected}${source}`, width, '  '),
    ...wrapped(explained, width, '  '),
  ];
}

function scoreLines(name: string, check: TraceCheck, divergences: readonly ExplainedDivergence[], width: number): string[] {
  const score = check.scores.find(({ profile }) => profile === name);
  if (score === undefined) return [];
  const own = divergences.filter(({ profile }) => profile === name);
  const unexplained = own.filter(({ history }) => history === null).length;
  const differ = score.held - score.agrees;
  const told =
    differ === 0
      ? '0 divergences'
      : `${differ} divergences, ${unexplained} of them unexplained${differ > own.length ? `; the first ${own.length} are shown` : ''}`;
  const open = score.open > 0 ? `; ${score.open} left open (the source says nothing, or the host's page is smaller)` : '';
  return wrapped(`${name}: ${score.held} recorded answers held, ${told}${open}`, width, '  ');
}

/** Profiles by how many recorded answers they give; all that give every one. */
function identityLines(check: TraceCheck, width: number): string[] {
  const differ = (score: { readonly held: number; readonly agrees: number }) => score.held - score.agrees;
  const ranked = [...check.scores].filter(({ held }) => held > 0).sort((a, b) => differ(a) - differ(b));
  if (ranked.length === 0)
    return ['  no recorded answer to hold: events kvm_msr, kvm_mmu_set_spte or kvm_tdp_mmu_spte_changed are missing'];
  const whole = ranked.filter((score) => differ(score) === 0);
  if (whole.length > 0)
    return wrapped(`answers as recorded everywhere: ${whole.map(({ profile }) => profile).join(', ')}`, width, '  ');
  const nearest = ranked.slice(0, 3).map((score) => `${score.profile} (${differ(score)} of ${score.held} differ)`);
  return wrapped(`no profile answers as recorded everywhere; nearest: ${nearest.join(', ')}`, width, '  ');
}

/** Lines after the first stand two blanks further in. */
function wrapped(text: string, width: number, indent: string): string[] {
  return wrappedText(text, width, indent, `${indent}  `);
}
