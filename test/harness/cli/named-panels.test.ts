import { chosenProfiles } from '../../../harness/cli/panel-choice.js';

test('The panel `nested` is bare metal of both vendors and one profile of each subject with nested guests', () => {
  const names = chosenProfiles('nested', []).map(({ name }) => name);
  expect(names).toEqual([
    'bare-metal/intel',
    'bare-metal/amd',
    'nested-svm/5.12',
    'nested-svm/7.2',
    'nested-vmx/6.16',
    'nested/xen-svm',
    'nested/xen-vmx',
    'nested/acrn',
  ]);
});

test('It can be joined with profiles, each of which sits once', () => {
  const names = chosenProfiles('nested, intel-ept/6.16, nested-svm/7.2', []).map(({ name }) => name);
  expect([names.length, names.at(-1)]).toEqual([9, 'intel-ept/6.16']);
});

test('The panel `all-hypervisors` is bare metal and the newest profile of each hypervisor, by vendor; behind a switch it is a panel again', () => {
  const names = chosenProfiles('intel-ept/6.16+leaf=host-pat,all-hypervisors', []).map(({ name }) => name);
  expect(names).toEqual([
    'intel-ept/6.16+leaf=host-pat',
    ...['bare-metal/intel', 'bare-metal/amd', 'intel-ept/6.16', 'amd-npt/gpat', 'xen-hvm/ept-4.21', 'xen-hvm/npt'],
    ...['bhyve/13', 'bhyve/amd', 'acrn/3.x', 'jailhouse/0.12', 'jailhouse/amd', 'virtualbox/7', 'virtualbox/amd'],
  ]);
});
