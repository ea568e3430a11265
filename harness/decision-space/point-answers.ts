/** What a profile says over the whole decision space. */
import type { Profile } from '../../models/contract/model.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import { encodeScenario } from '../scenario/encoded.js';
import { SPACE_SIZE } from './dimensions.js';
import { pointScenario } from './point-scenario.js';

/** By profile: the observation of each point's access. */
export function pointAnswers(profiles: readonly Profile[]): Int32Array[] {
  const models = profiles.map((profile) => profile.create());
  const answers = profiles.map(() => new Int32Array(SPACE_SIZE));
  const trace = new Trace(8);
  for (let index = 0; index < SPACE_SIZE; index++) {
    const scenario = encodeScenario(pointScenario(index));
    models.forEach((model, profile) => {
      runModel(model, scenario, trace);
      answers[profile][index] = trace.observations[scenario.steps - 1];
    });
  }
  return answers;
}
