/** Scenarios of the fast lane: the machine as it is, the steps as words. */
import type { Machine } from '../../models/contract/machine.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { decodeStep, encodeStep } from '../operations/step-codec.js';
import type { Scenario } from './scenario.js';

export interface EncodedScenario {
  machine: Machine;
  /** STEP_WORDS a step; may be longer than the scenario. */
  words: Int32Array;
  steps: number;
}

export function encodeScenario(scenario: Pick<Scenario, 'machine' | 'steps'>): EncodedScenario {
  const words = new Int32Array(scenario.steps.length * STEP_WORDS);
  scenario.steps.forEach((step, index) => {
    encodeStep(step, words, index * STEP_WORDS, STEP_WORDS);
  });
  return { machine: scenario.machine, words, steps: scenario.steps.length };
}

export function decodeScenario(encoded: EncodedScenario): Scenario {
  const steps = Array.from({ length: encoded.steps }, (_, index) => decodeStep(encoded.words, index * STEP_WORDS));
  return { machine: encoded.machine, steps };
}
