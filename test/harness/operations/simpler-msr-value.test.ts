import { parseValue64, printValue64 } from '../../../harness/operations/number.js';
import { simplerMsrValue } from '../../../harness/operations/simpler-msr-value.js';

function simpler(msr: number, value: string): string[] {
  const halves = parseValue64(value);
  return halves === null ? [] : simplerMsrValue(halves, msr).map(({ hi, lo }) => printValue64(hi, lo));
}

describe('Simpler register values', () => {
  test.each<[string, number, string, string[]]>([
    ['the default type loses FE, E, and its type becomes UC or WB', 0x2ff, '0xc01', ['0x0', '0x801', '0x401', '0xc00', '0xc06']],
    [
      'a base loses its address, its type becomes plainer, and single address bits go',
      0x200,
      '0x180000006',
      ['0x0', '0x6', '0x180000000', '0x80000006', '0x100000006'],
    ],
    ['a contiguous mask is one thing', 0x201, '0x3fff80000800', ['0x0']],
    ['a mask over everything is one thing', 0x201, '0x800', ['0x0']],
    [
      'a mask with a hole loses single bits',
      0x201,
      '0x3000080000800',
      ['0x0', '0x1000080000800', '0x2000080000800', '0x3000000000800', '0x3000080000000'],
    ],
    [
      'PAT loses a half, and its entries become plainer',
      0x277,
      '0x100000005',
      ['0x0', '0x5', '0x100000000', '0x100000006', '0x100000001', '0x100000004', '0x600000005'],
    ],
    ['what is no type becomes one, or loses a bit', 0x250, '0x3', ['0x0', '0x6', '0x1', '0x4', '0x5', '0x7', '0x2']],
  ])('%s', (_, msr, value, expected) => {
    expect(simpler(msr, value)).toEqual(expected);
  });

  test.each([0x200, 0x201, 0x250, 0x277, 0x2ff])('of %i end at 0, whichever way is taken', (msr) => {
    expect(simpler(msr, '0x0')).toEqual([]);
    for (let value = '0xfff00040a0f1c0e7', steps = 0; value !== '0x0'; value = simpler(msr, value).at(-1)!, steps++)
      expect(steps).toBeLessThan(200);
  });
});
