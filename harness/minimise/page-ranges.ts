/** Pass: where private memory plays, ranges of pages as narrow as the frames that are accessed in them, or that they share. */
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import { adoptMostEdits, type Edit } from './adoption.js';
import type { Search, Trial } from './search.js';

export function* narrowRanges(search: Search): Trial<void> {
  if (!search.scenario.machine.privateMemory) return;
  yield* adoptMostEdits(search, editsOf(search.scenario, Number.POSITIVE_INFINITY));
  yield* adoptMostEdits(search, editsOf(search.scenario, 1));
}

/** For each range that is wider than its accessed frames need: those frames, at most `most` pages from the first on. */
function editsOf(scenario: Scenario, most: number): Edit[] {
  return scenario.steps.flatMap((step, index): Edit[] => {
    const narrow = narrowed(step, scenario.steps, most);
    if (narrow === null) return [];
    return [(edited) => ({ ...edited, steps: edited.steps.map((other, at) => (at === index ? narrow : other)) })];
  });
}

function narrowed(step: Operation, steps: readonly Operation[], most: number): Operation | null {
  if (!('pages' in step)) return null;
  const frames = framesOf(steps).filter((frame) => contains(step, frame));
  if (frames.length === 0) return null;
  const first = Math.min(...frames);
  const pages = Math.min(most, Math.max(...frames) - first + 1);
  return pages < step.pages ? { ...step, gfn: first, pages } : null;
}

/** Those that are accessed; of ranges alone, the first that all can have in common. */
function framesOf(steps: readonly Operation[]): number[] {
  const accessed = steps.flatMap((step) => (step.op === 'access' ? [step.gfn] : []));
  return accessed.length > 0 ? accessed : [Math.max(...steps.map((step) => ('pages' in step ? step.gfn : 0)))];
}

function contains({ gfn, pages }: { readonly gfn: number; readonly pages: number }, frame: number): boolean {
  return frame >= gfn && frame < gfn + pages;
}
