// An external model that says less than the profile that it claims to be. Arguments: profile, kind of silence.
const [, , name, kind] = process.argv;
const dist = new URL('../../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);
const { serve } = await load('harness/external/serve.js');
const { answerOf } = await load('harness/run/readable.js');
const { PROFILES } = await load('models/registry.js');

const NA = { outcome: 'n/a' };
const SILENCES = {
  'all n/a': () => NA,
  'all undefined': () => ({ outcome: 'undefined', candidates: ['UC', 'WC', 'WT', 'WP', 'WB'] }),
  'n/a instead of #GP': (observation) => (observation.outcome === 'gp' ? NA : observation),
  'a fixed type for each undefined': (observation) =>
    observation.outcome === 'undefined' ? { outcome: 'ok', memtype: 'WB', level: '4K' } : observation,
  'every operation n/a': (observation, { op }) => (op === 'access' ? observation : NA),
};

const profile = PROFILES.find((known) => known.name === name);
const said = SILENCES[kind];
await serve(
  {
    profile: name,
    answer(scenario) {
      const { observations, counters } = answerOf(profile, scenario, false);
      return { observations: observations.map((observation, step) => said(observation, scenario.steps[step])), counters };
    },
  },
  process.stdin,
  process.stdout,
);
