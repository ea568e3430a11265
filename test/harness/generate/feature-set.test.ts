import { createHash } from 'node:crypto';
import { campaignKey } from '../../../harness/generate/campaign-key.js';
import { ANY_SUBJECT, type FeatureSet, featureSetOf } from '../../../harness/generate/feature-set.js';
import { Generator, type GeneratorOptions } from '../../../harness/generate/generator.js';
import { SCOPES } from '../../../harness/generate/scope.js';
import type { AnyOperationSpec } from '../../../harness/operations/registry.js';
import { SPECS } from '../../../harness/operations/registry.js';
import { decodeScenario } from '../../../harness/scenario/encoded.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario } from '../../../harness/scenario/print.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { PROFILES } from '../../../models/registry.js';

const KEY = campaignKey('golden');
const CASES = 64;

function drawn(options: GeneratorOptions, count = CASES): Scenario[] {
  const generator = new Generator(options);
  return Array.from({ length: count }, (_, index) => decodeScenario(generator.generate(KEY, index)));
}
const digest = (options: GeneratorOptions) =>
  createHash('sha256').update(drawn(options).map(printScenario).join('')).digest('hex').slice(0, 16);

const PLAIN: FeatureSet = { ...ANY_SUBJECT, privateMemory: 'none' };
const SETS: Readonly<Record<string, FeatureSet>> = {
  plain: PLAIN,
  'private memory in some': ANY_SUBJECT,
  'private memory in all': { ...PLAIN, privateMemory: 'all' },
  'in place': { ...PLAIN, privateMemory: 'all', inPlace: true },
  'nested svm': { ...PLAIN, nestedSvm: 'all', hostMsr: true },
  'nested vmx': { ...PLAIN, nestedVmx: 'all', hostMsr: true },
  'nested in some': { ...PLAIN, nestedSvm: 'some', nestedVmx: 'some' },
  'guest OS': { ...PLAIN, guestOses: ['linux-4.19', 'linux-6.6'] },
};

/** Of whole cases: whoever changes one makes a new version of the generator. */
const GOLDEN: Readonly<Record<string, string>> = {
  'guest OS': 'cca2df65a58db4d6',
  'in place': '38cedf71e5229d7f',
  'nested in some': '2b58733a8060c721',
  'nested svm': '1bd4f35d4359505f',
  'nested vmx': '294cec2927e29498',
  plain: 'ec2867411224bb06',
  'private memory in all': '72a3ad3995edada4',
  'private memory in some': '3dc39aabe344a1b0',
};

describe('The first 64 cases of a seed are what this version of the generator draws', () => {
  test.each(Object.entries(SETS))('for %s', (name, features) => {
    expect(digest({ features })).toBe(GOLDEN[name]);
  });

  test('in the scope of an agent', () => {
    expect(digest({ features: PLAIN, scope: SCOPES.agent })).toBe('961dc2658bbacac0');
  });
});

/** An operation that nobody has heard of: it draws from its own stream, as every operation does. */
const MADE_UP = {
  ...SPECS[0],
  op: 'tickle' as never,
  weight: 50,
  inEveryCase: true,
  draw: (draw: { random: { next(): number } }) => {
    for (let turn = 0; turn < 7; turn++) draw.random.next();
  },
} as unknown as AnyOperationSpec;

describe('A new operation', () => {
  test.each(Object.entries(SETS))('that no subject has leaves the cases of a panel as they were: %s', (_, features) => {
    const specs = [...SPECS, MADE_UP];
    expect(digest({ features, specs })).toBe(digest({ features }));
  });

  test('leaves the machines as they were where subjects have it', () => {
    const generator = new Generator({ features: { ...PLAIN, operations: [MADE_UP.op] }, specs: [...SPECS, MADE_UP] });
    const before = drawn({ features: PLAIN });
    let tickled = 0;
    for (let index = 0; index < CASES; index++) {
      const { machine, words, steps } = generator.generate(KEY, index);
      expect(machine).toEqual(before[index].machine);
      for (let step = 0; step < steps; step++) if (words[step * 12] === SPECS.length) tickled++;
    }
    expect(tickled).toBeGreaterThan(0);
  });

  test('that draws more leaves the fields of the others as they were', () => {
    const noisy = SPECS.map((spec) =>
      spec.op === 'read-msr'
        ? ({
            ...spec,
            draw: (...[draw, words, at]: Parameters<AnyOperationSpec['draw']>) => {
              spec.draw(draw, words, at);
              draw.random.next();
            },
          } as AnyOperationSpec)
        : spec,
    );
    const one = drawn({ features: PLAIN });
    const other = drawn({ features: PLAIN, specs: noisy });
    const without = ({ steps }: Scenario) => JSON.stringify(steps.filter(({ op }) => op !== 'read-msr'));
    expect(other.map(without)).toEqual(one.map(without));
    expect(other.map(printScenario)).not.toEqual(one.map(printScenario));
  });
});

describe('A case', () => {
  test.each(Object.entries(SETS))('is one that the parser accepts: %s', (_, features) => {
    for (const scenario of drawn({ features }, 300)) expect(parseScenario(printScenario(scenario), 'generated')).toEqual(scenario);
  });

  const operations = (options: GeneratorOptions) => new Set(drawn(options, 300).flatMap(({ steps }) => steps.map(({ op }) => op)));

  test('holds an operation of a feature exactly where the panel has it', () => {
    const inPlace = ['host-access', 'host-pin', 'host-unpin'];
    const privately = ['set-attributes', 'resume-attributes', 'resume-access', 'punch-hole'];
    const nested = ['read-l2-pat', 'map-l2', 'enter-l2', 'exit-l2'];
    const extra = [...inPlace, ...privately, ...nested, 'write-vmcb12', 'write-vmcs12', 'host-msr', 'request'];
    const found = Object.fromEntries(
      Object.entries(SETS).map(([name, features]) => {
        const all = operations({ features });
        return [name, extra.filter((op) => all.has(op as never))];
      }),
    );
    expect(found).toEqual({
      plain: [],
      'private memory in some': privately,
      'private memory in all': privately,
      'in place': [...inPlace, ...privately],
      'nested svm': [...nested, 'write-vmcb12', 'host-msr'],
      'nested vmx': [...nested, 'write-vmcs12', 'host-msr'],
      'nested in some': [...nested, 'write-vmcb12', 'write-vmcs12'],
      'guest OS': ['request'],
    });
  });

  test('keeps to its scope', () => {
    for (const { machine, steps } of drawn({ features: ANY_SUBJECT, scope: SCOPES.agent }, 300)) {
      expect(machine).toMatchObject({ vcpus: 1, maxPhysAddr: 46, guestMtrr: true, iommu: false, privateMemory: false });
      expect(machine.regions.filter(({ backing }) => backing !== 0)).toEqual([]);
      for (const step of steps) {
        expect(SCOPES.agent.operations).toContain(step.op);
        if (step.op === 'set-backing') expect(step.backing).toBe(0);
      }
    }
  });
});

describe('The features of a panel', () => {
  const of = (...names: string[]) => featureSetOf(PROFILES.filter(({ name }) => names.includes(name)));

  test('have private memory where a subject has it, in every case where all have', () => {
    expect(of('bare-metal/intel', 'intel-ept/6.16', 'xen-hvm/ept-4.21').privateMemory).toBe('none');
    expect(of('bare-metal/amd', 'intel-ept/6.16', 'sev-snp/6.11').privateMemory).toBe('some');
    expect(of('bare-metal/amd', 'tdx/6.16', 'sev-snp/6.11').privateMemory).toBe('all');
  });

  test('of bare metal alone are none', () => {
    expect(of('bare-metal/intel', 'bare-metal/amd')).toEqual({ ...PLAIN, guestOses: [] });
  });
});
