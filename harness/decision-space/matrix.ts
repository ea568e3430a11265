/** The decision space as tables: MTRR type by PAT type, one table for all contexts in which the profiles answer alike. */
import type { Profile } from '../../models/contract/model.js';
import { DETAIL_MASK, MEMTYPE_MASK, type Observation, OUTCOME_MASK } from '../../models/contract/observation.js';
import { abstains, agree, LENSES, pairMask } from '../compare/lens.js';
import { seatOf } from '../compare/panel.js';
import { type Box, boxesOf } from './box.js';
import { DIMENSIONS, FIRST_HOLE, type Dimension, MTRRS, PATS, pointAt, SPACE_SIZE } from './dimensions.js';
import { pointAnswers } from './point-answers.js';

export interface Matrix {
  readonly profiles: readonly Profile[];
  readonly dimensions: readonly Dimension[];
  /** Dimensions that make up a context: all but MTRR and PAT. */
  readonly contexts: readonly Dimension[];
  /** Columns of a table. */
  readonly columns: readonly string[];
  /** By profile: the observation at each point. */
  readonly answers: readonly Int32Array[];
  /** By profile: the points at which it differs from the first. */
  readonly differing: readonly (readonly number[])[];
  readonly sections: readonly Section[];
}

export interface Section {
  /** The contexts that it holds for. */
  readonly boxes: readonly Box[];
  readonly rows: readonly MatrixRow[];
}

export interface MatrixRow {
  /** MTRR types with this row. */
  readonly mtrrs: readonly string[];
  /** By profile, then column. */
  readonly cells: readonly (readonly MatrixCell[])[];
}

export interface MatrixCell {
  readonly answer: Observation;
  /** From the first profile's. */
  readonly differs: boolean;
}

const CONTEXTS = DIMENSIONS.slice(0, -2);
const TABLE_SIZE = MTRRS.length * PATS.length;
const VISIBLE = OUTCOME_MASK | MEMTYPE_MASK | DETAIL_MASK;

export function matrixOf(profiles: readonly Profile[]): Matrix {
  const answers = pointAnswers(profiles);
  const isDifferent = profiles.map((profile) => differenceFrom(profiles[0], profile));
  // The type of a hole is no access: beside a hypervisor's mmio it is no difference.
  const isApart = (profile: number, point: number) => point >= FIRST_HOLE && profiles[profile].hasLeaf !== profiles[0].hasLeaf;
  const differs = (profile: number, point: number) =>
    !isApart(profile, point) && isDifferent[profile](answers[0][point], answers[profile][point]);
  const byTable = new Map<string, number[]>();
  for (let first = 0; first < SPACE_SIZE; first += TABLE_SIZE) {
    const table = answers.map((own) => own.subarray(first, first + TABLE_SIZE).map((answer) => answer & VISIBLE));
    const key = table.map((own) => own.join()).join(';');
    byTable.set(key, [...(byTable.get(key) ?? []), first]);
  }
  const cellAt = (profile: number, point: number) => ({ answer: answers[profile][point], differs: differs(profile, point) });
  const sections = [...byTable.values()].map((firsts): Section => {
    const points = firsts.map((first) => pointAt(first).slice(0, CONTEXTS.length));
    return { boxes: boxesOf(points, CONTEXTS), rows: rowsOf(firsts[0], profiles.length, cellAt) };
  });
  const differing = profiles.map((_, profile) => allPoints().filter((point) => differs(profile, point)));
  return { profiles, dimensions: DIMENSIONS, contexts: CONTEXTS, columns: PATS, answers, differing, sections };
}

function allPoints(): number[] {
  return Array.from({ length: SPACE_SIZE }, (_, point) => point);
}

/** The rows of a table whose first point is `first`, equal ones joined. */
function rowsOf(first: number, profiles: number, cellAt: (profile: number, point: number) => MatrixCell): MatrixRow[] {
  const rows = new Map<string, { mtrrs: string[]; cells: MatrixCell[][] }>();
  MTRRS.forEach((mtrr, row) => {
    const cells = Array.from({ length: profiles }, (_, profile) =>
      PATS.map((__, column) => cellAt(profile, first + row * PATS.length + column)),
    );
    const key = cells.map((own) => own.map(({ answer }) => answer & VISIBLE).join()).join(';');
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { mtrrs: [mtrr], cells });
    else known.mtrrs.push(mtrr);
  });
  return [...rows.values()];
}

/** In the lens of memory types; who abstains does not differ. */
function differenceFrom(first: Profile, profile: Profile): (expected: Observation, got: Observation) => boolean {
  const mask = pairMask(LENSES.memtype, seatOf(first), seatOf(profile));
  return (expected, got) => !abstains(expected) && !abstains(got) && !agree(expected, got, mask);
}
