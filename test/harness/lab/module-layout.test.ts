import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../../harness/lab/agent-build.js';
import { MODULE_FLAGS } from '../../../harness/lab/initial-filesystem.js';
import { layoutHeader, moduleLayout } from '../../../harness/lab/module-layout.js';
import { sourcesOf } from '../../../harness/lab/package-sources.js';

const withCompiler = existsSync('/usr/bin/cc') ? test : test.skip;

withCompiler('The layout of struct module is read from a module as the one that it was compiled for', async () => {
  // Of Linux 6.1 as Debian builds it.
  const layout = { size: 0x380, init: 0x138, exit: 0x350 };
  const path = join(mkdtempSync(join(tmpdir(), 'emtdiff-')), 'emtdiff-lab.ko');
  const sources = sourcesOf('guest').filter((source) => source.endsWith('module.c'));
  await compile(sources, path, { 'module-layout.h': layoutHeader(layout) }, MODULE_FLAGS);
  expect(moduleLayout(readFileSync(path), path)).toEqual(layout);
});

test('What is no module is refused in one sentence', () => {
  expect(() => moduleLayout(Buffer.from('not an object at all, but some text of more than sixty-four bytes'), 'kvm.ko')).toThrow(
    'kvm.ko: found no such object, expected a kernel module for x86-64 with an init and an exit function',
  );
});
