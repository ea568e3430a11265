import { parseFrameNumber, parseValue64, printHex, printValue64 } from '../../../harness/operations/number.js';

describe('A frame number', () => {
  test.each([
    ['0x0', 0],
    ['0xFFFFFFFFFF', 2 ** 40 - 1],
    ['0X10', 16],
    ['0x0000000000000000000001', 1],
    [16, 16],
    [0, 0],
    [2 ** 53 - 1, 2 ** 53 - 1],
    ['0x1fffffffffffff', 2 ** 53 - 1],
  ])('%p is read', (text, number) => expect(parseFrameNumber(text)).toBe(number));

  test.each([
    '0x',
    '10',
    'a0',
    '0x1g',
    ' 0x1',
    '0x1 ',
    '-0x1',
    '0x-1',
    '0x20000000000000',
    '0x1.8',
    '',
    2 ** 53,
    -1,
    -0,
    1.5,
    NaN,
    null,
    true,
    [],
    {},
    undefined,
  ])('%p is none', (text) => expect(parseFrameNumber(text)).toBeNull());

  test('is printed in lower case', () => expect([0, 0xabc].map(printHex)).toEqual(['0x0', '0xabc']));
});

describe('A 64-bit value', () => {
  test.each([
    ['0x0', 0, 0],
    ['0xFFFFFFFFFFFFFFFF', 0xffffffff, 0xffffffff],
    ['0x7040600070406', 0x70406, 0x70406],
    ['0x100000000', 1, 0],
    ['0x80000000', 0, 0x80000000],
    ['0x00000000000000000c06', 0, 0xc06],
    [3078, 0, 0xc06],
    [2 ** 53 - 1, 0x1fffff, 0xffffffff],
  ])('%p is read in halves', (text, hi, lo) => expect(parseValue64(text)).toEqual({ hi, lo }));

  test.each(['0x10000000000000000', '0x', 'c06', '0xg', 2 ** 53, -1, 0.5, null, {}])('%p is none', (text) =>
    expect(parseValue64(text)).toBeNull(),
  );

  test('is printed without leading zeros, from signed halves as from unsigned', () => {
    expect(printValue64(0, 0)).toBe('0x0');
    expect(printValue64(0, 0x80000000)).toBe('0x80000000');
    expect(printValue64(0, -1)).toBe('0xffffffff');
    expect(printValue64(1, 2)).toBe('0x100000002');
    expect(printValue64(-1, -2147483648)).toBe('0xffffffff80000000');
  });
});
