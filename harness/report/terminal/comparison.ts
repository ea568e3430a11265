/** A comparison as plain text of 80 columns, to be pasted under the `---` of a patch. */
import type { ComparisonResult } from '../../comparison.js';
import type { SideName } from '../../comparison/cause.js';
import type { Difference, Symptom } from '../../comparison/difference.js';
import { visible } from '../../operations/visible.js';
import {
  type ComparedSide,
  causeTitle,
  comparedSides,
  countersText,
  decidedBy,
  symptomCounters,
  symptomRules,
} from '../comparison-sides.js';
import { coverageLines } from './coverage.js';
import { citationText } from '../citation-text.js';
import { plural } from '../plural.js';
import { scenarioTable } from './scenario-table.js';
import { wrapped } from '../wrapped.js';

const WIDTH = 80;

type Sides = readonly [ComparedSide, ComparedSide];

/** Symptoms of a difference listed after the first, unless details are asked for. */
const MOST_LISTED = 6;

export interface ComparisonTextOptions {
  /** Every symptom with its own minimal scenario. */
  readonly details: boolean;
  readonly interrupted: boolean;
  /** Points of the whole decision space. */
  readonly spaceSize: number;
  /** Of `emtdiff conform`, which looks at so many recorded scenarios and at nothing else. */
  readonly recorded?: number;
}

export function comparisonText(result: ComparisonResult, options: ComparisonTextOptions): string {
  const sides = comparedSides(result);
  const { differences } = result;
  const count = differences.length === 0 ? 'no difference found' : plural(differences.length, 'difference');
  const lines = [
    ...wrapped(
      `emtdiff ${options.recorded === undefined ? 'compare' : 'conform'} ${sides[0].name} ${sides[1].name}: ${count}`,
      WIDTH,
      '',
      '  ',
    ),
    '',
    ...sideLines('A', sides[0]),
    ...sideLines('B', sides[1]),
    ...searchLines(result, options),
    ...faultLines(result),
    ...differences.flatMap((difference, index) => ['', ...differenceLines(difference, index + 1, sides, options)]),
    '',
    'Not found to differ',
    ...coverageLines(result, options.details),
  ];
  return `${lines.join('\n')}\n`;
}

function sideLines(letter: string, { name, profile }: ComparedSide): string[] {
  if (profile === null) return [`${letter}  ${visible(name)}: an external model, without rules`];
  const commits = profile.commits.length === 0 ? [] : wrapped(`commits ${profile.commits.join(', ')}`, WIDTH, '   ', '     ');
  return [
    ...wrapped(`${letter}  ${name}: ${profile.span}`, WIDTH, '', '     '),
    ...wrapped(profile.summary, WIDTH, '   ', '   '),
    ...commits,
  ];
}

function searchLines({ points, sequences, agreement, seed, lenses }: ComparisonResult, options: ComparisonTextOptions): string[] {
  const space =
    points === options.spaceSize ? `all ${points} points of the decision space` : `${points} points of the decision space`;
  const where =
    options.recorded === undefined
      ? `${space}, ${plural(sequences, 'random sequence')} of seed ${visible(seed)}`
      : plural(options.recorded, 'recorded scenario');
  const text = `searched: ${where}, ${agreement.steps} steps in all; compared: ${lenses.join(', ')}${options.interrupted ? ' (interrupted)' : ''}`;
  return wrapped(text, WIDTH, '', '   ');
}

function faultLines({ modelFaults }: ComparisonResult): string[] {
  return modelFaults
    .slice(0, 8)
    .flatMap(({ profile, message }) => wrapped(`MODEL FAULT ${profile}: ${visible(message)}`, WIDTH, '', '   '));
}

function differenceLines(
  { cause, severity, symptoms, points, sequences }: Difference,
  number: number,
  sides: Sides,
  { details, recorded }: ComparisonTextOptions,
): string[] {
  const [first, ...rest] = symptoms;
  const only = cause.kind === 'rule' && cause.isOnly ? cause.side : null;
  const listed = details ? rest : rest.slice(0, MOST_LISTED);
  const more = rest.length - listed.length;
  return [
    ...wrapped(`${number}. ${severity}: ${causeTitle(cause, first, sides)}`, WIDTH, '', '   '),
    ...wrapped(
      recorded === undefined
        ? `seen in ${plural(points, 'point')} of the decision space and ${plural(sequences, 'random sequence')}`
        : `seen in ${plural(sequences, 'recorded scenario')}`,
      WIDTH,
      '   ',
      '   ',
    ),
    ...symptomLines(first, sides, only),
    ...(rest.length === 0
      ? []
      : [recorded === undefined ? '   also as (A -> B: points, sequences):' : '   also as (A -> B: scenarios):']),
    ...listed.flatMap((symptom) => alsoLines(symptom, sides, countsOf(symptom, recorded), details ? only : undefined)),
    ...(more > 0 ? [`     ... and ${more} more (--details)`] : []),
  ];
}

/** Rules with their sources, then the minimal scenario. */
function symptomLines(symptom: Symptom, sides: Sides, only: SideName | null): string[] {
  const { bucket, scenario, observations, step } = symptom.finding;
  return [
    ...ruleLines(0, symptom, sides, only),
    ...ruleLines(1, symptom, sides, only),
    ...scenarioTable(scenario, observations, { width: WIDTH, marked: step }),
    ...(bucket.op === 'end' ? counterLines(symptom, sides) : []),
  ];
}

/** After the last step: what each side counted. */
function counterLines({ finding }: Symptom, sides: Sides): string[] {
  const counted = sides.map(({ name }) => `${name} ${countersText(symptomCounters(finding, name))}`);
  return ['  > end  counted', ...counted.flatMap((text) => wrapped(text, WIDTH, '           ', '             '))];
}

/**
 * A rule without a commit of its own is as old as anything; one that the other side never reached is of the commits that made its side.
 */
function ruleLines(side: 0 | 1, symptom: Symptom, sides: Sides, only: SideName | null): string[] {
  const letter = 'AB'[side];
  const source = symptomRules(symptom, sides)[side];
  const { rule, commits } = source;
  if (rule === null)
    return wrapped(
      `${letter} ${symptom.finding.bucket.op === 'end' ? 'counts' : 'answers'} ${decidedBy(source, sides[side], symptom)}`,
      WIDTH,
      '   ',
      '     ',
    );
  const isShown = rule.citation.commit !== undefined || (only === 'ab'[side] && commits.length > 0);
  return [
    ...wrapped(`${letter} ${rule.id}${isShown ? ` (${commits.join(', ')})` : ''}`, WIDTH, '   ', '     '),
    ...wrapped(rule.sentence, WIDTH, '     ', '     '),
    ...wrapped(`[${citationText(rule.citation)}]`, WIDTH, '     ', '     '),
  ];
}

function countsOf({ points, sequences }: Symptom, recorded: number | undefined): string {
  return recorded === undefined ? `${points}, ${sequences}` : String(sequences);
}

/** @param only undefined: the line alone, without its scenario */
function alsoLines(symptom: Symptom, sides: Sides, counts: string, only?: SideName | null): string[] {
  const [a, b] = symptomRules(symptom, sides).map((source, side) => decidedBy(source, sides[side], symptom));
  const isSeen = symptom.points + symptom.sequences > 0;
  const text = `${a} -> ${b}: ${isSeen ? counts : 'only while minimising'}`;
  return [...wrapped(text, WIDTH, '     ', '       '), ...(only === undefined ? [] : symptomLines(symptom, sides, only))];
}
