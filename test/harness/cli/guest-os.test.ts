import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emtdiff } from './command.js';

const MODELS = 'bare-metal/intel,intel-ept/6.16,xen-hvm/ept-4.21';
const fuzz = (...more: string[]) =>
  emtdiff(['fuzz', '--seed', 'guest', '--models', MODELS, '--format', 'json', '--no-ledger', ...more]);
const parsed = ({ stdout }: { stdout: string }) => JSON.parse(stdout);

describe('emtdiff fuzz --guest-os', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-guest-os-'));
  const document = parsed(fuzz('--cases', '200', '--guest-os', 'linux-6.6,linux-4.19', '--out', join(folder, 'one')));
  const requested = document.buckets.find(({ step }: { step: { op: string } }) => step.op === 'request');

  test('draws requests, which without it no case has', () => {
    expect(document.guestOses).toEqual(['linux-4.19', 'linux-6.6']);
    expect(document.health.operations.request).toBeGreaterThan(100);
    const without = parsed(fuzz('--cases', '200'));
    expect([without.guestOses, without.health.operations.request]).toEqual([undefined, 0]);
  });

  test('finds requests that end otherwise, and tells the command that draws the case again', () => {
    const { case: index } = requested;
    const again = emtdiff([
      'replay',
      '--seed',
      'guest',
      '--case',
      `${index}`,
      '--models',
      MODELS,
      '--guest-os',
      'linux-4.19,linux-6.6',
      '--format',
      'json',
    ]);
    const { scenario, guestOs } = parsed(again);
    expect(scenario.steps.some(({ op }: { op: string }) => op === 'request')).toBe(true);
    expect(guestOs[0].rule.id).toMatch(/^guest-os\./);
    const summary = readFileSync(join(folder, 'one', 'summary.json'), 'utf8');
    expect(JSON.parse(summary).guestOses).toEqual(['linux-4.19', 'linux-6.6']);
  });

  test('counts the same with workers, and goes on with the systems of its journal', () => {
    const out = join(folder, 'two');
    const shared = parsed(fuzz('--cases', '200', '--guest-os', 'linux-4.19,linux-6.6', '--workers', '2', '--out', out));
    expect(shared.health).toEqual(document.health);
    expect(shared.buckets).toEqual(document.buckets);
    expect(JSON.parse(readFileSync(join(out, 'journal.json'), 'utf8')).guestOses).toEqual(['linux-4.19', 'linux-6.6']);
    expect(parsed(emtdiff(['fuzz', '--resume', out, '--format', 'json', '--no-ledger'])).buckets).toEqual(document.buckets);
  });

  test('refuses a system that nobody plays', () => {
    const { code, stderr } = fuzz('--cases', '1', '--guest-os', 'linux-9.9');
    expect([code, stderr]).toEqual([2, expect.stringContaining('linux-9.9')]);
  });
});
