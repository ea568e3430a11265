import { MAIN, emtdiff } from './command.js';

jest.setTimeout(120_000);

const serving = (profile: string, name: string) => ['--external', `${name}='${process.execPath}' '${MAIN}' serve ${profile}`];

describe('emtdiff conform', () => {
  test('ends with exit code 0 where an external model gives every recorded answer of the profile', () => {
    const { code, stdout } = emtdiff(['conform', 'shadow-paging/kvm-vmx', ...serving('shadow-paging/kvm-vmx', 'fork')]);
    expect(stdout).toMatch(/^emtdiff conform shadow-paging\/kvm-vmx fork: no difference found\n/);
    expect(stdout).toMatch(/searched: \d+ recorded scenarios/);
    expect(code).toBe(0);
  });

  test('names the cause where one differs, the model that differs before the one that does not', () => {
    const { code, stdout } = emtdiff([
      'conform',
      'shadow-paging/kvm-vmx',
      ...serving('shadow-paging/kvm-vmx', 'same'),
      ...serving('shadow-paging/kvm-svm', 'other'),
      '--format',
      'json',
    ]);
    expect(code).toBe(1);
    const { format, recorded, models } = JSON.parse(stdout);
    expect([format, recorded > 100]).toEqual(['emtdiff-conform/1', true]);
    expect(models.map(({ b }: { b: { name: string } }) => b.name)).toEqual(['other', 'same']);
    expect(models.map(({ points, sequences }: { points: number; sequences: number }) => [points, sequences])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(models[1].buckets).toEqual([]);
    expect(JSON.stringify(models[0].buckets)).toContain('shadow-paging.');
  });

  test.each([
    [['conform', 'shadow-paging/kvm-vmx'], 'expected --external NAME=CMD or --lab EMULATOR'],
    [['conform', 'no/profile', '--external', 'x=true'], 'no/profile'],
  ])('%j is refused', (args, sentence) => {
    const { code, stderr } = emtdiff(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
