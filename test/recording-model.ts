/** A model that notes what it is asked and answers what it is told: for tests of whoever asks. */
import type { Model } from '../models/contract/model.js';
import { type Observation, OK, plain } from '../models/contract/observation.js';

export interface Recording {
  readonly model: Model;
  /** Method and arguments of every call, in order. */
  readonly calls: [method: string, ...args: unknown[]][];
}

/** `answer` is asked for the n-th operation, counted from 0; `value` is what a `read-msr` leaves. */
export function recordingModel(
  answer: (index: number) => Observation = () => plain(OK, 0),
  value: { readonly hi: number; readonly lo: number } = { hi: 0, lo: 0 },
): Recording {
  const calls: [string, ...unknown[]][] = [];
  let asked = 0;
  const model = new Proxy({} as Model, {
    get(_, name: string) {
      if (name === 'valueHi') return value.hi;
      if (name === 'valueLo') return value.lo;
      return (...args: unknown[]) => {
        calls.push([name, ...args]);
        if (name === 'reset') asked = 0;
        return name === 'reset' ? undefined : name === 'counters' || name === 'state' ? { asked } : answer(asked++);
      };
    },
  });
  return { model, calls };
}
