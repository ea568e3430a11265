import { agree, LENSES, pairMask } from '../../../harness/compare/lens.js';
import { WB } from '../../../models/contract/memory-type.js';
import {
  CIPHERTEXT,
  memoryFault,
  NOT_VALIDATED,
  type Observation,
  plain,
  PRIVATE,
  RETRY,
  SHARED,
  typedPage,
} from '../../../models/contract/observation.js';
import { seat } from '../panel-of-two.js';

const SNP = seat('sev-snp/6.11');
const OTHER_SNP = seat('sev-snp/rfc-v8');
const TDX = seat('tdx/6.16');
const SW = seat('sw-protected/6.8');

function agrees(
  lens: 'private' | 'exact',
  [a, b]: readonly [typeof SNP, typeof SNP],
  left: Observation,
  right: Observation,
): boolean {
  const mask = pairMask(LENSES[lens], a, b);
  expect(agree(left, right, mask)).toBe(agree(right, left, mask));
  return agree(left, right, mask);
}

const ciphertext = plain(CIPHERTEXT, 3);
const exit = memoryFault(SHARED, 4);
const needsAck = plain(NOT_VALIDATED, 5);
const served = typedPage(WB, 1, 0, PRIVATE, 6);

describe('In the lens private', () => {
  test('ciphertext and an exit for a shared page are one: whether a leaf is there is no matter', () => {
    for (const pair of [
      [SNP, OTHER_SNP],
      [SNP, TDX],
      [SNP, SW],
    ] as const)
      expect(agrees('private', pair, ciphertext, exit)).toBe(true);
    expect(agrees('private', [SNP, TDX], ciphertext, memoryFault(PRIVATE, 4))).toBe(false);
    expect(agrees('private', [SNP, TDX], ciphertext, plain(RETRY, 4))).toBe(false);
  });

  test('to be validated and to be accepted are one outcome', () => {
    expect(agrees('private', [SNP, TDX], needsAck, plain(NOT_VALIDATED, 9))).toBe(true);
  });

  test('a page to be acknowledged and one that serves are one between families, whose guests acknowledge differently', () => {
    expect(agrees('private', [SNP, SW], needsAck, served)).toBe(true);
    expect(agrees('private', [TDX, SW], needsAck, served)).toBe(true);
    expect(agrees('private', [TDX, SW], needsAck, typedPage(WB, 1, 0, SHARED, 6))).toBe(false);
  });

  test('within a family they are two: one design lost a validation that the other kept', () => {
    expect(agrees('private', [SNP, OTHER_SNP], needsAck, served)).toBe(false);
  });
});

test('The lens exact knows no equivalences', () => {
  expect(agrees('exact', [SNP, TDX], ciphertext, exit)).toBe(false);
  expect(agrees('exact', [SNP, SW], needsAck, served)).toBe(false);
});
