import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chosenKernel, isNamed, kernelIn } from '../../../harness/lab/kernel.js';

function tree(...files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'emtdiff-kernel-'));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

test('The numbers that name a release are whole numbers', () => {
  expect(isNamed('6.1.0-56-cloud-amd64', '6.1')).toBe(true);
  expect(isNamed('6.12.118+deb13-cloud-amd64', '6.1')).toBe(false);
  expect(isNamed('6.12.118+deb13-cloud-amd64', '6.12.118')).toBe(true);
});

test('An unpacked package has its image in boot, or from 7.x on among its modules', () => {
  const older = tree('boot/vmlinuz-6.1.0-1', 'lib/modules/6.1.0-1/kernel/x.ko');
  expect(kernelIn(older)).toEqual({
    release: '6.1.0-1',
    image: `${older}/boot/vmlinuz-6.1.0-1`,
    modules: `${older}/lib/modules/6.1.0-1`,
  });
  const newer = tree('usr/lib/modules/7.3.4/vmlinuz');
  expect(kernelIn(newer)).toEqual({
    release: '7.3.4',
    image: `${newer}/usr/lib/modules/7.3.4/vmlinuz`,
    modules: `${newer}/usr/lib/modules/7.3.4`,
  });
  expect(kernelIn(tree('boot/System.map-6.1.0-1'))).toBeNull();
});

test('A kernel that is not there is asked for in one sentence', () => {
  process.env.EMTDIFF_LAB_CACHE = mkdtempSync(join(tmpdir(), 'emtdiff-cache-'));
  expect(() => chosenKernel('5.10')).toThrow(/^--kernel: found no kernel in .*, expected 5\.10: emtdiff lab fetch --kernel 5\.10$/);
  expect(() => chosenKernel('/no/such/vmlinuz-1')).toThrow(
    '--kernel: found no file /no/such/vmlinuz-1, expected boot/vmlinuz-RELEASE',
  );
  delete process.env.EMTDIFF_LAB_CACHE;
});
