/** The decision space for a terminal: every table once, headed by the contexts that it holds for. */
import type { Dimension } from '../../decision-space/dimensions.js';
import type { Matrix, MatrixCell, MatrixRow, Section } from '../../decision-space/matrix.js';
import { outcomeOf, UNDEFINED } from '../../../models/contract/observation.js';
import { observationJson } from '../../scenario/observation-json.js';
import { answerText } from '../answer-text.js';
import { wrapped } from '../wrapped.js';

const CELL = 5;

export function matrixText(matrix: Matrix, width: number): string {
  const { profiles, differing, sections, answers } = matrix;
  const [first, ...others] = profiles.map(({ name }) => name);
  const lines = [
    `${answers[0].length} points in ${sections.length} different table${sections.length === 1 ? '' : 's'}; columns are PAT types, ? is left open${others.length === 0 ? '' : `, * differs from ${first}`}`,
    ...others.map((name, index) => `${name} differs in ${differing[index + 1].length} points`),
    ...sections.flatMap((section) => ['', ...sectionLines(section, matrix, width)]),
  ];
  return `${lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrapped(line, width, '', '  '))).join('\n')}\n`;
}

function sectionLines({ boxes, rows }: Section, matrix: Matrix, width: number): string[] {
  const names = matrix.profiles.map(({ name }) => name);
  const labels = rows.map(({ mtrrs }) => (rows.length === 1 ? 'any' : mtrrs.join(' ')));
  const labelWidth = Math.max('MTRR'.length, ...labels.map(({ length }) => length)) + 2;
  const nameWidth = Math.max(...names.map(({ length }) => length)) + 1;
  const head = `  ${'MTRR'.padEnd(labelWidth)}${''.padEnd(nameWidth)}${matrix.columns.map((column) => ` ${column}`.padEnd(CELL)).join('')}`;
  return [
    ...boxes.flatMap((box) => wrapped(contextText(box, matrix.contexts), width, '', '    ')),
    head.trimEnd(),
    ...rows.flatMap((row, index) => rowLines(row, labels[index].padEnd(labelWidth), names, nameWidth)),
  ];
}

function rowLines({ cells }: MatrixRow, label: string, names: readonly string[], nameWidth: number): string[] {
  return cells.map((own, profile) => {
    const head = profile === 0 ? label : ' '.repeat(label.length);
    return `  ${head}${names[profile].padEnd(nameWidth)}${own.map((cell) => cellText(cell).padEnd(CELL)).join('')}`.trimEnd();
  });
}

function cellText({ answer, differs }: MatrixCell): string {
  const { level: _, leaf: __, ...seen } = observationJson(answer, null);
  return `${differs ? '*' : ' '}${outcomeOf(answer) === UNDEFINED ? '?' : answerText(seen)}`;
}

/** `backing ram, special; CR0.CD 1`: dimensions that do not matter are left out. */
function contextText(box: readonly (readonly number[])[], dimensions: readonly Dimension[]): string {
  const parts = dimensions.flatMap(({ name, values }, dimension) =>
    box[dimension].length === values.length ? [] : [`${name} ${box[dimension].map((value) => values[value]).join(', ')}`],
  );
  return parts.length === 0 ? 'everywhere' : parts.join('; ');
}
