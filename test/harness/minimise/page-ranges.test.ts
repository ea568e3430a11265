import { narrowRanges } from '../../../harness/minimise/page-ranges.js';
import { access, after, at, type Json, scenario } from './short-scenario.js';

const MACHINE = { privateMemory: true };
const convert = (gfn: string, pages: string): Json => ({ op: 'set-attributes', gfn, pages, to: 'private' });
const punch = (gfn: string, pages: string): Json => ({ op: 'punch-hole', gfn, pages });
const covers = (step: Json, gfn: number) =>
  step.op === 'set-attributes' && Number(step.gfn) <= gfn && Number(step.gfn) + Number(step.pages) > gfn;

describe('Ranges where private memory plays', () => {
  const start = scenario([convert('0x100', '0x200'), punch('0x0', '0x400'), access('0x180'), access('0x1ff')], MACHINE);

  test('shrink to the first frame that is accessed in them', () => {
    const last = at((step) => step.gfn === '0x1ff' && step.op === 'access');
    expect(after(narrowRanges, start, last)).toEqual({
      machine: MACHINE,
      steps: [convert('0x180', '0x1'), punch('0x180', '0x1'), access('0x180'), access('0x1ff')],
      evaluations: 2,
    });
  });

  test('keep all the frames that are accessed in them where one is not enough', () => {
    const both = at(
      (step, before) => step.gfn === '0x1ff' && step.op === 'access' && covers(before[0], 0x180) && covers(before[0], 0x1ff),
    );
    expect(after(narrowRanges, start, both)).toMatchObject({
      steps: [convert('0x180', '0x80'), punch('0x180', '0x1'), access('0x180'), access('0x1ff')],
    });
  });

  test('shrink to the first frame that they share where nothing is accessed', () => {
    const apart = scenario([convert('0x100', '0x200'), convert('0x180', '0x10'), punch('0x0', '0x400')], MACHINE);
    const last = at((step) => step.op === 'punch-hole');
    expect(after(narrowRanges, apart, last)).toMatchObject({
      steps: [convert('0x180', '0x1'), convert('0x180', '0x1'), punch('0x180', '0x1')],
      evaluations: 1,
    });
  });

  test('stay where no frame of theirs is accessed, and on machines without private memory', () => {
    const away = scenario([convert('0x100', '0x200'), access('0x400')], MACHINE);
    const any = at((step) => step.op === 'access');
    expect(after(narrowRanges, away, any)).toMatchObject({ steps: [convert('0x100', '0x200'), access('0x400')], evaluations: 0 });
    const plain = scenario([convert('0x100', '0x200'), access('0x100')]);
    expect(after(narrowRanges, plain, any)).toMatchObject({ evaluations: 0 });
  });
});
