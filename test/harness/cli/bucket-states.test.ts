import { bucketStates } from '../../../harness/cli/bucket-states.js';
import { runReport } from '../../../harness/report/run-report.js';
import { DOCUMENT } from '../report/hostile-run.js';

const [, BUCKET] = DOCUMENT.buckets;
const partition = [
  ['xen-hvm/ept-4.21', 'intel-ept/6.16'],
  ['amd-npt/gpat', 'bare-metal/intel', 'intel-ept/6.6'],
];
/** Before 6.7 disabled MTRRs make a leaf UC where a device does not snoop, later nobody looks at them. The sides stand last in their groups. */
const scenario = { ...BUCKET.scenario, machine: { noncoherentDevices: 1 } };
const bucket = { ...BUCKET, partition, scenario, expected: 'intel-ept/6.6', got: 'intel-ept/6.16' };
const statesOf = async (changed: object) => {
  const profiles = [...DOCUMENT.profiles, ...partition.flat().slice(0, 3), 'intel-ept/6.6', 'mine'];
  const document = { ...DOCUMENT, profiles, buckets: [{ ...bucket, ...changed }], modelFaults: [] };
  return (await bucketStates(runReport(document, [], 'summary.json')))(BUCKET.id);
};

test('The sides of the bucket speak for their groups, the smaller group against the larger', async () => {
  const [{ majority, minority, difference }, ...more] = await statesOf({});
  expect([majority, minority, more]).toEqual(['intel-ept/6.6', 'intel-ept/6.16', []]);
  expect(difference).toContain('gfn 0x10');
  expect(difference).toMatch(/^- .*UC/m);
  expect(difference).toMatch(/^\+ .*WB/m);
});

test('States are those after the divergent step, not after the scenario', async () => {
  const early = await statesOf({ step: { op: 'write-msr', index: 0 } });
  expect(JSON.stringify(early)).not.toContain('gfn 0x10');
});

test('A model that this build has not holds no state, and a scenario past its end is all of it', async () => {
  expect(await statesOf({ partition: [['mine'], ['intel-ept/6.6']] })).toEqual([]);
  expect(await statesOf({ step: { op: 'end', index: 3 } })).toEqual(await statesOf({}));
});
