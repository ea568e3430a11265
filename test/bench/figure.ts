/** One line of the benchmark: what was measured, what it has to be. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** null: stated for the reader, no goal. */
  readonly goal: string | null;
  readonly pass: boolean;
}

export function atLeast(name: string, value: number, goal: number, unit: string): Figure {
  return { name, value: shown(value, unit), goal: `>= ${goal} ${unit}`, pass: value >= goal };
}

export function atMost(name: string, value: number, goal: number, unit: string): Figure {
  return { name, value: shown(value, unit), goal: `<= ${goal} ${unit}`, pass: value <= goal };
}

/** A figure without a goal. */
export function note(name: string, value: number | string, unit: string): Figure {
  return { name, value: typeof value === 'number' ? shown(value, unit) : `${value} ${unit}`, goal: null, pass: true };
}

/** Three digits are what a shared machine can tell. */
function shown(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${Number.isInteger(value) ? value : value.toFixed(digits)} ${unit}`;
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = [
    ['figure', 'value', 'goal', ''],
    ...figures.map(({ name, value, goal, pass }) => [name, value, goal ?? '', goal === null ? '' : pass ? 'pass' : 'FAIL']),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
