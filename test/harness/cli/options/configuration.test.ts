import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { configurationLayer } from '../../../../harness/cli/options/configuration.js';
import { environmentLayer } from '../../../../harness/cli/options/environment.js';
import { Place } from '../../../../harness/operations/usage-error.js';
import { INVALID, VALID } from './examples.js';

const FOLDER = join(__dirname, '../../../../docs');
const schema = JSON.parse(readFileSync(join(FOLDER, 'configuration.schema.json'), 'utf8'));
const isValid = new Ajv2020({ allErrors: true }).compile(schema);
const parse = (value: unknown, folder = '.') => configurationLayer(value, new Place('emtdiff.config.json', '$'), folder);

describe('A configuration', () => {
  test.each(VALID)('with %s is one to the parser and to the schema', (_, configuration) => {
    expect(() => parse(configuration)).not.toThrow();
    expect([isValid(configuration), isValid.errors]).toEqual([true, null]);
  });

  test.each(INVALID)('that is %j is refused at %s by the parser, and by the schema', (configuration, path, expected) => {
    const refused = () => parse(configuration);
    expect(refused).toThrow(`emtdiff.config.json: ${path}: found `);
    expect(refused).toThrow(`, expected ${expected}`);
    expect(isValid(configuration)).toBe(false);
  });

  test('is on the command line what its options are', () => {
    const layer = parse(VALID[1][1]);
    expect(Object.fromEntries([...layer].map(([option, { value }]) => [option, value]))).toEqual({
      models: 'bare-metal/intel,intel-ept',
      external: ['mine=./my-kvm-model --fast=1', 'other=python3 other.py'],
      lens: 'memtype,cost',
      seed: 'nightly',
      cases: '1000',
      workers: '2',
      ledger: 'known',
      baseline: 'runs/base',
      strict: true,
      'fail-on': 'correctness',
      out: 'runs/tonight',
      format: 'json',
      report: 'html=report.html,markdown=a.md,junit=a.xml,sarif=a.sarif,json=a.json',
    });
    expect(layer.get('workers')?.source).toBe('emtdiff.config.json: $.budgets.workers');
    expect([...parse({ ledger: false }).keys()]).toEqual(['no-ledger']);
  });

  test('names files from its own folder on, unless they are absolute', () => {
    const layer = parse({ out: 'runs', ledger: '/known', reporters: { html: '../x.html' } }, 'sub/folder');
    expect(['out', 'ledger', 'report'].map((option) => layer.get(option)?.value)).toEqual([
      'sub/folder/runs',
      '/known',
      'html=sub/x.html',
    ]);
  });
});

describe('The environment', () => {
  const read = (environment: Record<string, string>) =>
    Object.fromEntries([...environmentLayer(environment)].map(([option, { value }]) => [option, value]));

  test('names options by EMTDIFF_ and their names; what is empty counts as none', () => {
    const environment = { EMTDIFF_FAIL_ON: 'any', EMTDIFF_SEED: '', EMTDIFF_SHARD: '1/2', HOME: '/root', EMTDIFF_SHARDS: '4' };
    expect(read(environment)).toEqual({ 'fail-on': 'any', shard: '1/2' });
    expect(environmentLayer(environment).get('fail-on')?.source).toBe('EMTDIFF_FAIL_ON');
  });

  test('has switches that are 1 or 0, and one external model a line', () => {
    expect(read({ EMTDIFF_STRICT: '0', EMTDIFF_NO_LEDGER: '1', EMTDIFF_EXTERNAL: 'a=./a\n\nb=./b x' })).toEqual({
      strict: false,
      'no-ledger': true,
      external: ['a=./a', 'b=./b x'],
    });
    expect(read({ EMTDIFF_NO_LEDGER: '0', EMTDIFF_STRICT: 'true' })).toEqual({ strict: true });
    expect(() => read({ EMTDIFF_STRICT: 'yes' })).toThrow('EMTDIFF_STRICT: found "yes", expected 1 or 0');
  });

  test('has no variable of ours that nobody reads', () => {
    expect(() => read({ EMTDIFF_WORKER: '4' })).toThrow(
      'EMTDIFF_WORKER: found the variable "EMTDIFF_WORKER", expected one that docs/configuration.md lists; close to it: EMTDIFF_WORKERS',
    );
  });
});
