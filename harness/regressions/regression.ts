/** A regression: a scenario and what each profile is known to answer. Format `emtdiff-regression/1`, documented in corpora/README.md. */
import { Place, UsageError } from '../operations/usage-error.js';
import { observationJson, type ObservationJson, parseObservation } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import { oneLine, printScenario, scenarioJson } from '../scenario/print.js';
import type { Operation } from '../../models/contract/operation.js';
import { objectWith } from '../operations/known-keys.js';
import type { Scenario } from '../scenario/scenario.js';

export const REGRESSION_FORMAT = 'emtdiff-regression/1';

/** By profile: the answer to each step, without the rule that decided: rules explain, answers are what must not change. */
export type Expected = Readonly<Record<string, readonly ObservationJson[]>>;

export interface Regression {
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly note?: string;
  /** Id of the bucket that it is the witness of; without one it stands for its scenario alone. */
  readonly bucket?: string;
  readonly scenario: Scenario;
  readonly expected: Expected;
}

const KEYS = ['format', 'name', 'note', 'bucket', 'scenario', 'expected'];

/** A regression from a JSON value. @throws {UsageError} */
export function regressionFrom(value: unknown, file: string): Regression {
  const place = new Place(file, '$');
  const found = objectWith(value, KEYS, place);
  if (found.format !== REGRESSION_FORMAT) place.at('format').fail(found.format, `"${REGRESSION_FORMAT}"`);
  const text = (key: string) =>
    typeof found[key] === 'string' ? (found[key] as string) : place.at(key).fail(found[key], 'a string');
  const scenario = scenarioFrom(found.scenario, place.at('scenario'));
  return {
    name: text('name'),
    ...(found.note === undefined ? {} : { note: text('note') }),
    ...(found.bucket === undefined ? {} : { bucket: text('bucket') }),
    scenario,
    expected: expectedFrom(found.expected, scenario.steps, place.at('expected')),
  };
}

function expectedFrom(value: unknown, steps: readonly Operation[], place: Place): Expected {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return place.fail(value, 'an object: per profile its answers');
  return Object.fromEntries(
    Object.entries(value).map(([profile, answers]) => {
      const at = place.at(profile);
      if (!Array.isArray(answers) || answers.length !== steps.length)
        return at.fail(answers, `an array of ${steps.length} answers, one a step`);
      return [profile, answers.map((answer, step) => canonicalAnswer(answer, steps[step], at.at(step)))];
    }),
  );
}

function canonicalAnswer(json: unknown, { op }: Operation, place: Place): ObservationJson {
  const { observation, beside } = parseObservation(json, place, op);
  return observationJson(observation, beside);
}

/** The canonical text: a profile's answer a line, so that a change of one answer is a change of one line. */
export function printRegression({ name, note, bucket, scenario, expected }: Regression): string {
  const head = Object.entries({ format: REGRESSION_FORMAT, name, note, bucket })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const profiles = Object.entries(expected).map(
    ([profile, answers]) => `    ${JSON.stringify(profile)}: ${list(answers.map(oneLine), '      ', '    ')}`,
  );
  const inner = printScenario(scenario).trimEnd().replaceAll('\n', '\n  ');
  return `{\n${[...head, `  "scenario": ${inner}`, `  "expected": {\n${profiles.join(',\n')}\n  }`].join(',\n')}\n}\n`;
}

function list(lines: readonly string[], indent: string, end: string): string {
  return lines.length === 0 ? '[]' : `[\n${lines.map((line) => indent + line).join(',\n')}\n${end}]`;
}

/** What a scenario is, whatever it is called and wherever it is from. */
export function scenarioKey({ machine, steps }: Scenario): string {
  return JSON.stringify(scenarioJson({ machine, steps }));
}

/** A name that is a file name too. @throws {UsageError} */
export function checkedName(name: string): string {
  if (/^[a-z0-9][\w.~+-]{0,199}$/i.test(name)) return name;
  throw new UsageError(`--name: found ${JSON.stringify(name)}, expected letters, digits and . _ ~ + - (at most 200)`);
}
