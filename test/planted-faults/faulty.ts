/** Faults planted in models: a copy of a profile whose model does one thing wrong. */
import { PROFILES } from '../../models/registry.js';
import type { Model, Profile } from '../../models/contract/model.js';

/** What a fault puts in the place of methods of a model, `sound` being the model without it. */
export type Fault = (sound: Model) => Partial<Model>;

export function profileNamed(name: string): Profile {
  const found = PROFILES.find((profile) => profile.name === name);
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

/** The profile with the fault in it, under the fault's name in the same family. */
export function planted(original: Profile, id: string, fault: Fault): Profile {
  return {
    ...original,
    name: `${original.lineage}/${id}`,
    create: () => {
      const sound = original.create();
      const wrong = fault(sound);
      return new Proxy(sound, {
        get(_, key: keyof Model) {
          if (key in wrong) return wrong[key];
          const found = sound[key];
          return typeof found === 'function' ? found.bind(sound) : found;
        },
      });
    },
  };
}
