/** The agent on a machine without KVM for hardware, which is where these tests run: compiled, refused in one sentence. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROFILES } from '../../../models/registry.js';
import { buildAgent } from '../../../harness/lab/agent-build.js';

const isHost = ['kvm_intel', 'kvm_amd'].some((module) => existsSync(`/sys/module/${module}`));
const withCompiler = existsSync('/usr/bin/cc') && existsSync('/usr/lib/x86_64-linux-gnu/libc.a') ? test : test.skip;

withCompiler(
  'The agent compiles without a warning, and a machine without virtualisation is refused in one sentence, exit code 2',
  async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'emtdiff-agent-')), 'emtdiff-agent');
    await buildAgent(path, PROFILES);
    if (isHost) return;
    const { status, stderr, stdout } = spawnSync(path, { input: '', encoding: 'utf8' });
    expect(stderr).toMatch(/^emtdiff-agent: .+\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  },
);

withCompiler('A folder that cannot be written to is named', async () => {
  await expect(buildAgent('/no/such/folder/agent', PROFILES)).rejects.toThrow(
    '/no/such/folder: found no such folder, expected a folder to write to',
  );
});
