import { join } from 'node:path';
import { readScenario } from '../../../harness/cli/scenario-input.js';
import { explanationOf } from '../../../harness/explain/explanation.js';
import { PROFILES } from '../../../models/registry.js';

const fixture = (name: string) => readScenario(join(__dirname, '../../fixtures/cases', `${name}.json`)).scenario;
const profile = (name: string) => PROFILES.filter((known) => known.name === name)[0];

describe('The steps that explain names behind an answer', () => {
  test('hold the access of another vCPU that built the leaf', () => {
    const { behind } = explanationOf(profile('intel-ept/6.6'), fixture('small-inherited-leaf-not-named'), 2);
    expect(behind).toContain(1);
  });

  test('hold no access of another vCPU where the subject keeps no memory type in a leaf', () => {
    const { behind } = explanationOf(profile('bare-metal/intel'), fixture('small-inherited-leaf-not-named'), 2);
    expect(behind).toEqual([0]);
  });
});
