/** Random conversions, accesses, punches and invalidations in one another's way, over a few frames of two 2M regions. */
import { DEVICE, RAM } from '../../../models/contract/machine.js';
import { Draw } from './draw.js';
import { H, type Td } from './td.js';

const FRAMES = [0, 1, 5, H - 1, H, H + 1, 2 * H - 1, 4 * H];
const BOUNDS = [0, 1, 2, 5, 6, H - 1, H, H + 1, 2 * H, 3 * H];

/** Drives a TD by one seed; returns what was seen, step by step. Ends early where the TD dies. */
export function race(td: Td, seed: number, steps: number, hasBacking = true): string[] {
  const draw = new Draw(seed * 7919 + 1);
  const trace: string[] = [];
  for (let step = 0; step < steps && trace.at(-1) !== 'vm-dead'; step++) trace.push(oneStep(td, draw, hasBacking));
  return trace;
}

function oneStep(td: Td, draw: Draw, hasBacking: boolean): string {
  const kind = draw.below(20);
  const gfn = draw.of(FRAMES);
  const touch = {
    vcpu: draw.below(3),
    kind: draw.of([0, 1] as const),
    ack: draw.below(60) !== 0,
    pauseAfter: draw.of([0, 0, 0, 1, 2, 3] as const),
  };
  if (kind < 5) return td.shared(gfn, touch);
  if (kind < 10) return td.private(gfn, touch);
  if (kind < 12) return td.resume(touch.vcpu);
  const [start, end] = range(draw);
  if (kind < 15) return td.convert(start, end, draw.of(['private', 'shared'] as const), draw.of([0, 0, 1, 2, 3] as const));
  if (kind < 17) return td.resumeConversion();
  if (kind < 18) return td.punch(start, end);
  if (kind < 19 || !hasBacking) return td.zap(start, end);
  return draw.below(6) > 0
    ? td.zap(start, end)
    : td.back(start, end, draw.of([RAM, RAM, DEVICE] as const), draw.of([1, 2] as const));
}

function range(draw: Draw): [number, number] {
  const one = draw.of(BOUNDS);
  const other = draw.of(BOUNDS);
  if (one === other) return [one, one + 1];
  return one < other ? [one, other] : [other, one];
}
