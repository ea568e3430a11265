import { EPT_VERSIONS, last, pin, read, tell, WB_BY_DEFAULT } from './subject.js';

const BOTH = { iommu: true, ioResources: true };
const RESOURCES = { ioResources: true };
const IOMMU = { iommu: true };
const PINS_2023 = ['ept-4.19', 'shadow-4.18'];

describe('pinning', () => {
  test.each([...EPT_VERSIONS, 'npt', 'shadow-4.14', 'shadow-4.18'])('refuses a range that overlaps another, on %s', (version) => {
    const steps = [
      pin(0x10, 0x10, 'WT'),
      pin(0x18, 0x10, 'WT'),
      pin(0x1f, 1, 'WT'),
      pin(0x20, 8, 'WT'),
      pin(0x8, 9, 'WT'),
      pin(0x8, 8, 'WT'),
    ];
    expect(tell(version, BOTH, steps).words).toEqual(['ok', 'EBUSY', 'EBUSY', 'ok', 'EBUSY', 'ok']);
  });
  test('deletes exactly the range it names', () => {
    const steps = [pin(0x10, 0x10, 'WT'), pin(0x10, 8, 'none'), pin(0x10, 0x10, 'none'), pin(0x10, 0x10, 'none')];
    expect(tell('ept-4.21', BOTH, steps)).toMatchObject({
      words: ['ok', 'ENOENT', 'ok', 'ENOENT'],
      rules: ['pin-stored', 'pin-absent', 'pin-deleted', 'pin-absent'],
    });
  });
  test('of uncachable types needs an IOMMU or I/O resources from 4.21', () => {
    const steps = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'].map((type, n) => pin(n, 1, type));
    const refused = ['EPERM', 'EPERM', 'EPERM', 'ok', 'ok', 'ok'];
    const done = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok'];
    expect(['npt', 'ept-4.21'].map((version) => tell(version, {}, steps).words)).toEqual([refused, refused]);
    expect([IOMMU, RESOURCES].map((machine) => tell('ept-4.21', machine, steps).words)).toEqual([done, done]);
    expect(tell('ept-4.19', {}, steps).words).toEqual(done);
    // Also where the range is there already, with another type.
    expect(tell('ept-4.21', {}, [pin(0, 1, 'WT'), pin(0, 1, 'UC')]).words).toEqual(['ok', 'EPERM']);
  });
  test('knows no limit until 4.17, and 64 ranges later', () => {
    const steps = Array.from({ length: 65 }, (_, n) => pin(n, 1, 'WT'));
    expect(['ept-4.17', 'ept-4.19', 'ept-4.21', 'shadow-4.14', 'shadow-4.18'].map((each) => last(each, BOTH, steps))).toEqual([
      'ok',
      'ENOSPC',
      'ENOSPC',
      'ok',
      'ENOSPC',
    ]);
    expect(last('ept-4.21', BOTH, [...steps, pin(0, 1, 'WB')])).toBe('ok');
  });
});

describe('a pinned type', () => {
  test.each(EPT_VERSIONS)('is seen at once, and gone once deleted, on %s', (version) => {
    const { words } = tell(version, BOTH, [
      WB_BY_DEFAULT,
      read(0x10),
      pin(0x10, 1, 'WC'),
      read(0x10),
      pin(0x10, 1, 'none'),
      read(0x10),
    ]);
    expect(words.slice(1)).toEqual(['WB 4K WB', 'ok', 'WC 4K WC+ipat', 'ok', 'WB 4K WB']);
  });
  test('replaced in place is seen only from ab2d47eb13', () => {
    const steps = [pin(0x10, 1, 'WT'), read(0x10), pin(0x10, 1, 'WP'), read(0x10)];
    const seen = EPT_VERSIONS.filter((version) => last(version, BOTH, steps) !== 'WT 4K WT+ipat');
    expect(seen.map((version) => [version, last(version, BOTH, steps)])).toEqual([
      ['ept-4.19', 'WP 4K WP+ipat'],
      ['ept-4.21', 'WP 4K WP+ipat'],
    ]);
  });
  test('of an uncachable type is not seen behind an IOMMU alone from 4.21, nor is deleting a cachable one', () => {
    const uncachable = [read(0x10), pin(0x10, 1, 'WC'), read(0x10)];
    expect(['ept-4.19', 'ept-4.21'].map((version) => last(version, IOMMU, uncachable))).toEqual(['WC 4K WC+ipat', 'UC 4K UC']);
    const deleted = [pin(0x10, 1, 'WT'), read(0x10), pin(0x10, 1, 'none'), read(0x10)];
    expect(['ept-4.19', 'ept-4.21'].map((version) => last(version, IOMMU, deleted))).toEqual(['UC 4K UC', 'WT 4K WT+ipat']);
    const deletedWc = [pin(0x10, 1, 'WT'), read(0x10), pin(0x10, 1, 'WC'), pin(0x10, 1, 'none'), read(0x10)];
    expect(last('ept-4.21', IOMMU, deletedWc)).toBe('UC 4K UC');
  });
  test('that could not be stored recalculates from ab2d47eb13, so that another vCPU`s MTRRs show', () => {
    const machine = { ioResources: true, vcpus: 2 };
    const typed = [{ op: 'write-msr', vcpu: 1, msr: '0x2ff', value: '0x804' }, WB_BY_DEFAULT, pin(0x300, 2, 'WT'), read(0x10)];
    const steps = [...typed, pin(0x301, 2, 'WB'), read(0x10, 0, 1)];
    expect(['ept-4.17', 'ept-4.19', 'ept-4.21'].map((version) => last(version, machine, steps))).toEqual([
      'WB 4K WB',
      'WT 4K WT',
      'WT 4K WT',
    ]);
  });
});

describe('the caches are flushed', () => {
  const flushes = (version: string, ...steps: Parameters<typeof tell>[2]): number | undefined =>
    tell(version, BOTH, steps).counters.cacheFlushes;
  test('when a range of any type but WB is pinned, until 4.20', () => {
    const added = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'].map((type) => flushes('ept-4.17', pin(0, 1, type)));
    expect(added).toEqual([1, 1, 1, 1, 1, 0]);
  });
  test('when a range of any type but UC is deleted, until 4.20; UC- needs it only without EPT', () => {
    const deleted = (version: string): (number | undefined)[] =>
      ['UC', 'UC-', 'WC', 'WT', 'WB'].map(
        (type) => flushes(version, pin(0, 1, type), pin(0, 1, 'none'))! - flushes(version, pin(0, 1, type))!,
      );
    expect(deleted('ept-4.19')).toEqual([0, 0, 1, 1, 1]);
    expect(deleted('shadow-4.14')).toEqual([0, 1, 1, 1, 1]);
  });
  test.each(PINS_2023)('also when pinning fails or replaces a type, on %s only', (version) => {
    const steps = [pin(0, 2, 'WB'), pin(0, 2, 'WC'), pin(1, 2, 'WC')];
    expect(flushes(version, ...steps)).toBe(2);
    expect(flushes('ept-4.17', ...steps)).toBe(0);
  });
  test('from 4.21 as for an MTRR write, and only for uncachable types pinned and cachable ones deleted', () => {
    expect(['UC', 'WC', 'WT', 'WB'].map((type) => flushes('ept-4.21', pin(0, 1, type)))).toEqual([1, 1, 0, 0]);
    expect(['WC', 'WT'].map((type) => flushes('ept-4.21', pin(0, 1, type), pin(0, 1, 'none')))).toEqual([1, 1]);
    expect(tell('ept-4.21', RESOURCES, [pin(0, 1, 'UC')]).counters.cacheFlushes).toBe(0);
    expect(flushes('npt', pin(0, 1, 'UC'))).toBe(0);
  });
});
