/** What a profile says over the whole decision space. */
import type { Profile } from '../../models/contract/model.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import { encodeScenario } from '../scenario/encoded.js';
import { FIRST_HOLE, SPACE_SIZE } from './dimensions.js';
import { pointScenario } from './point-scenario.js';

/** By profile: the observation of each point's access. */
export function pointAnswers(profiles: readonly Profile[]): Int32Array[] {
  const models = profiles.map((profile) => profile.create());
  const answers = profiles.map(() => new Int32Array(SPACE_SIZE));
  const trace = new Trace(8);
  for (let index = 0; index < SPACE_SIZE; index++) {
    const accessed = encodeScenario(pointScenario(index));
    const asked = index < FIRST_HOLE ? accessed : encodeScenario(pointScenario(index, true));
    models.forEach((model, profile) => {
      const scenario = profiles[profile].hasLeaf ? accessed : asked;
      runModel(model, scenario, trace);
      answers[profile][index] = trace.observations[scenario.steps - 1];
    });
  }
  return answers;
}
