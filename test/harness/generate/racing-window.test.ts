import { campaignKey } from '../../../harness/generate/campaign-key.js';
import { Generator } from '../../../harness/generate/generator.js';
import { decodeScenario } from '../../../harness/scenario/encoded.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { RAM } from '../../../models/contract/machine.js';
import {
  ACCESS_KIND_NAMES,
  ACCESS_PAUSE_NAMES,
  CONVERSION_PAUSE_NAMES,
  type OperationOf,
} from '../../../models/contract/operation.js';

const COUNT = 4000;
const generator = new Generator();
const key = campaignKey('racing windows');
const drawn = Array.from({ length: COUNT }, (_, index) => decodeScenario(generator.generate(key, index)));
const withPrivateMemory = drawn.filter(({ machine }) => machine.privateMemory);

const block = (gfn: number) => Math.floor(gfn / 512);
type Conversion = OperationOf<'set-attributes'>;

/** How many cases of private memory show something. */
const count = (shows: (scenario: Scenario) => boolean) => withPrivateMemory.filter(shows).length;

/** Calls `visit` for every step with the conversion that stands open before it. */
function underWindows(visit: (step: Scenario['steps'][number], open: Conversion) => void): void {
  for (const { steps } of withPrivateMemory) {
    let open: Conversion | undefined;
    for (const step of steps) {
      if (open !== undefined) visit(step, open);
      if (step.op === 'set-attributes') open = step.pauseAfter === 0 ? undefined : step;
      else if (!['access', 'punch-hole', 'zap', 'resume-access'].includes(step.op)) open = undefined;
    }
  }
}

describe('Cases with private memory', () => {
  test('are eight to ten of a hundred', () => {
    expect(withPrivateMemory.length / COUNT).toBeGreaterThan(0.08);
    expect(withPrivateMemory.length / COUNT).toBeLessThan(0.1);
  });

  test('access the frames of a conversion at each of its stops, by every kind, private and shared, with and without acknowledging', () => {
    const seen = new Set<string>();
    underWindows((step, open) => {
      if (step.op !== 'access' || step.gfn < open.gfn || step.gfn >= open.gfn + open.pages) return;
      const type = step.private ? 'private' : 'shared';
      seen.add(
        [CONVERSION_PAUSE_NAMES[open.pauseAfter], ACCESS_KIND_NAMES[step.kind], type, step.ack ? 'ack' : 'no ack'].join(' '),
      );
    });
    expect(seen.size).toBe(3 * 3 * 2 * 2);
  });

  test('touch neighbours of a conversion in its huge page, from another vCPU too, and punch holes in it', () => {
    let neighbours = 0;
    let punches = 0;
    const vcpus = new Set<number>();
    underWindows((step, open) => {
      const end = open.gfn + open.pages;
      if (step.op === 'punch-hole' && step.gfn < end && step.gfn + step.pages > open.gfn) punches++;
      if (step.op !== 'access' || (step.gfn >= open.gfn && step.gfn < end)) return;
      if (block(step.gfn) !== block(open.gfn) && block(step.gfn) !== block(end - 1)) return;
      neighbours++;
      vcpus.add(step.vcpu);
    });
    expect(neighbours).toBeGreaterThan(withPrivateMemory.length / 2);
    expect(punches).toBeGreaterThan(withPrivateMemory.length / 4);
    expect(vcpus.size).toBeGreaterThan(2);
  });

  test('convert the frame of a paused access and resume it, after each of its stops', () => {
    const stops = new Set<string>();
    for (const { steps } of withPrivateMemory) {
      const paused = new Map<number, { readonly gfn: number; readonly at: string; converted: boolean }>();
      for (const step of steps) {
        if (step.op === 'set-attributes')
          for (const access of paused.values()) access.converted ||= access.gfn >= step.gfn && access.gfn < step.gfn + step.pages;
        if (step.op === 'resume-access' && paused.get(step.vcpu)?.converted) stops.add(paused.get(step.vcpu)?.at ?? '');
        if ('vcpu' in step) paused.delete(step.vcpu);
        if (step.op === 'access' && step.pauseAfter !== 0)
          paused.set(step.vcpu, { gfn: step.gfn, at: ACCESS_PAUSE_NAMES[step.pauseAfter], converted: false });
      }
    }
    expect([...stops].sort()).toEqual(['check', 'fault', 'lookup']);
  });

  test('convert ranges that end inside a huge page, again, back, and redundantly, in memory of huge pages', () => {
    const conversions = ({ steps }: Scenario) => steps.filter((step): step is Conversion => step.op === 'set-attributes');
    const again = (same: boolean) => (scenario: Scenario) =>
      conversions(scenario).some(({ gfn, pages, to }, index, all) => {
        const next = all[index + 1];
        return next?.gfn === gfn && next.pages === pages && (next.to === to) === same;
      });
    const most = withPrivateMemory.length / 2;
    expect(
      count((scenario) => conversions(scenario).some(({ gfn, pages }) => pages > 1 && (gfn + pages) % 512 !== 0)),
    ).toBeGreaterThan(most);
    expect(count(again(true))).toBeGreaterThan(most / 2);
    expect(count(again(false))).toBeGreaterThan(most / 2);
    expect(count(({ machine }) => machine.regions.some(({ backing, level }) => backing === RAM && level === 2))).toBeGreaterThan(
      most,
    );
  });

  test('keep the other operations among the races', () => {
    for (const op of ['write-msr', 'zap', 'set-backing', 'save-restore'] as const) {
      let inside = 0;
      underWindows((step) => {
        if (step.op === op) inside++;
      });
      expect([op, inside > 0]).toEqual([op, true]);
    }
  });
});
