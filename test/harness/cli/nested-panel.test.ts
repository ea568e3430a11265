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
