import { SEVERITIES } from '../../../harness/classify/severity.js';
import { raise, WorkingPanel } from '../../../harness/panel/working-panel.js';
import type { Counters, Profile } from '../../../models/contract/model.js';
import { OK, type Outcome, plain, VM_DEAD } from '../../../models/contract/observation.js';
import { recordingModel } from '../../recording-model.js';
import { access, encoded, seat } from '../panel-of-two.js';

/** A profile whose counters are these. */
function counting(name: string, counters: Counters, outcome: Outcome = OK): Profile {
  const { model } = recordingModel(() => plain(outcome, 0));
  const create = () => new Proxy(model, { get: (target, key) => (key === 'counters' ? () => counters : Reflect.get(target, key)) });
  return { ...seat(name), span: '', commits: [], summary: '', create };
}

function buckets(...profiles: Profile[]): string[] {
  const work = new WorkingPanel({ profiles, lenses: ['cost'], onDefect: raise });
  const scenario = encoded({}, [access()]);
  for (const index of [0, 1]) work.runCase(index, scenario, null);
  return work.table.buckets().map(({ id, count, rank }) => `${id} ${count} ${SEVERITIES[rank]}`);
}

describe('In the lens cost', () => {
  test('counters that differ after the last step are one bucket of the two profiles, named by the counters', () => {
    expect(
      buckets(counting('x/1', { zaps: 1, faults: 2, tlbFlushes: 3 }), counting('x/2', { zaps: 0, faults: 2, tlbFlushes: 1 })),
    ).toEqual(['cost-end~x.1~x.2-tlbFlushes-zaps 2 performance']);
  });

  test("a counter that one side's subject does not have agrees", () => {
    expect(buckets(counting('x/1', { zaps: 1 }), counting('x/2', { faults: 1 }))).toEqual([]);
    expect(buckets(counting('x/1', { zaps: 1, faults: 1 }), counting('x/2', { faults: 1 }))).toEqual([]);
  });

  test('nothing is compared of a VM or host that broke', () => {
    expect(buckets(counting('x/1', { zaps: 1 }, VM_DEAD), counting('x/2', { zaps: 2 }))).toEqual([]);
    expect(buckets(counting('x/1', { zaps: 1 }), counting('x/2', { zaps: 2 }, VM_DEAD))).toEqual([]);
  });
});
