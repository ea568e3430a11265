import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STEP_WORDS } from '../../../harness/operations/operation-spec.js';
import { UsageError } from '../../../harness/operations/usage-error.js';
import { decodeScenario, encodeScenario } from '../../../harness/scenario/encoded.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario, scenarioJson } from '../../../harness/scenario/print.js';

const vectors = join(__dirname, '../../../corpora/conformance/recorded');
const recorded = readdirSync(vectors).flatMap((file) =>
  readFileSync(join(vectors, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).scenario),
);

/** The recordings keep two things that the canonical form omits as it omits every default: an empty machine, and a device's host MTRR UC. */
function canonical(json: { machine?: { regions?: { backing: string; hostMtrr?: string }[] } }): string {
  const { machine, ...rest } = json;
  if (machine === undefined || Object.keys(machine).length === 0) return JSON.stringify(rest);
  return JSON.stringify(json, (_, value) => {
    const isDefault = /^(device|reserved)/.test(value?.backing) ? value.hostMtrr === 'UC' : value?.hostMtrr === 'WB';
    return value?.backing !== undefined && value.op === undefined && isDefault ? { ...value, hostMtrr: undefined } : value;
  });
}

describe('The scenario format', () => {
  test('prints every recorded scenario with the values it was written with', () => {
    expect(recorded.length).toBeGreaterThan(800);
    for (const json of recorded)
      expect(scenarioJson(parseScenario(JSON.stringify(json), 'f'))).toEqual(JSON.parse(canonical(json)));
  });

  test('prints and parses without loss', () => {
    for (const json of recorded) {
      const scenario = parseScenario(JSON.stringify(json), 'f');
      expect(parseScenario(printScenario(scenario), 'f')).toEqual(scenario);
    }
  });

  test('encodes and decodes without loss', () => {
    for (const json of recorded) {
      const { machine, steps } = parseScenario(JSON.stringify(json), 'f');
      const encoded = encodeScenario({ machine, steps });
      expect(encoded.words.length).toBe(steps.length * STEP_WORDS);
      expect(decodeScenario(encoded)).toEqual({ machine, steps });
    }
  });

  test('accepts numbers where they are exact, and upper-case hex', () => {
    const scenario = parseScenario(
      '{"format":"emtdiff-scenario/1","machine":{"regions":[{"gfn":0,"pages":16,"backing":"ram"}]},"steps":[{"op":"write-msr","vcpu":0,"msr":767,"value":"0xC06"},{"op":"zap","gfn":3,"pages":"0X1"}]}',
      'f',
    );
    expect(scenarioJson(scenario).steps).toEqual([
      { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0xc06' },
      { op: 'zap', gfn: '0x3', pages: '0x1' },
    ]);
  });

  test('stands one step a line, without defaults', () => {
    const text = printScenario(
      parseScenario(
        '{"steps":[{"op":"access","vcpu":0,"gfn":16,"kind":"read","pat":0,"ack":true,"pageSize":"4K"},{"op":"save-restore"}],"machine":{"vcpus":1,"maxPhysAddr":40,"hostPhysAddr":46},"format":"emtdiff-scenario/1"}',
        'f',
      ),
    );
    expect(text).toBe(`{
  "format": "emtdiff-scenario/1",
  "machine": {"maxPhysAddr": 40},
  "steps": [
    {"op": "access", "vcpu": 0, "gfn": "0x10", "kind": "read", "pat": 0},
    {"op": "save-restore"}
  ]
}
`);
  });
});

const machine = (text: string) => `{"format":"emtdiff-scenario/1","machine":${text},"steps":[]}`;
const step = (text: string) => `{"format":"emtdiff-scenario/1","machine":{"maxPhysAddr":36},"steps":[${text}]}`;

describe('A mistake in a scenario is one sentence that names file, path, what was found and what was expected', () => {
  test.each(
    [
      ['', 'bad.json: line 1, column 1: found an empty file, expected a JSON document'],
      ['{"format":', 'bad.json: line 1, column 11: found no valid JSON (ValueExpected), expected a JSON document'],
      ['[]', 'bad.json: $: found [], expected an object with the keys format name origin machine steps'],
      [
        '{"format":"emtdiff-scenario/2","steps":[]}',
        'bad.json: $.format: found "emtdiff-scenario/2", expected "emtdiff-scenario/1"',
      ],
      ['{"format":"emtdiff-scenario/1"}', 'bad.json: $.steps: found nothing, expected an array of steps'],
      [
        '{"format":"emtdiff-scenario/1","steps":[],"x":1}',
        'bad.json: $: found the unknown key "x", expected only the keys format name origin machine steps',
      ],
      [
        '{"format":"emtdiff-scenario/1",\n"steps":[],"steps":[]}',
        'bad.json: line 2, column 12: found the key "steps" a second time, expected each key once',
      ],
      [machine('null'), 'bad.json: $.machine: found null, expected an object with the keys'],
      [machine('{"vcpus":9}'), 'bad.json: $.machine.vcpus: found 9, expected a whole number from 1 to 8'],
      [machine('{"vcpus":1.5}'), 'bad.json: $.machine.vcpus: found 1.5, expected a whole number from 1 to 8'],
      [
        machine('{"maxPhysAddr":48,"hostPhysAddr":46}'),
        'bad.json: $.machine.hostPhysAddr: found 46, expected a whole number from 48 to 52',
      ],
      [machine('{"quirks":["x"]}'), 'bad.json: $.machine.quirks[0]: found "x", expected one of "cd-nw-cleared" "ignore-guest-pat"'],
      [machine('{"cr0":{"pe":true}}'), 'bad.json: $.machine.cr0: found the unknown key "pe", expected only the keys pg cd nw'],
      [
        machine('{"regions":[{"gfn":"0x0","pages":"0x2","backing":"ram"},{"gfn":"0x1","pages":"0x2","backing":"ram"}]}'),
        'bad.json: $.machine.regions[1].gfn: found "0x1", expected regions sorted and not overlapping: at least 0x2',
      ],
      [
        machine('{"maxPhysAddr":36,"regions":[{"gfn":"0xffffff","pages":"0x2","backing":"ram"}]}'),
        'bad.json: $.machine.regions[0].pages: found "0x2", expected gfn + pages at most 0x1000000 (machine.maxPhysAddr)',
      ],
      [
        machine('{"regions":[{"gfn":"0x0","pages":"0x2","backing":"device","special":{"offset":"0x0","pages":"0x1"}}]}'),
        'bad.json: $.machine.regions[0].special: found {"offset":"0x0","pages":"0x1"}, expected no special pages outside a "ram" region',
      ],
      [step('{"op":"reboot"}'), 'bad.json: $.steps[0].op: found "reboot", expected one of write-msr read-msr'],
      [step('{"op":"init","vcpu":1}'), 'bad.json: $.steps[0].vcpu: found 1, expected a vCPU number below machine.vcpus (1)'],
      [step('{"op":"init"}'), 'bad.json: $.steps[0].vcpu: found nothing, expected a vCPU number below machine.vcpus (1)'],
      [
        step('{"op":"init","vcpu":0,"hard":true}'),
        'bad.json: $.steps[0]: found the unknown key "hard", expected only the keys of "init": op vcpu',
      ],
      [step('{"op":"read-msr","vcpu":0,"msr":"0x10"}'), 'bad.json: $.steps[0].msr: found "0x10", expected an MSR of MTRRs or PAT'],
      [
        step('{"op":"write-msr","vcpu":0,"msr":"0x277","value":"0x10000000000000000"}'),
        'bad.json: $.steps[0].value: found "0x10000000000000000", expected a 64-bit value',
      ],
      [
        step('{"op":"write-msr","vcpu":0,"msr":"0x277","value":9007199254740992}'),
        'bad.json: $.steps[0].value: found 9007199254740992, expected a 64-bit value',
      ],
      [
        step('{"op":"invlpg","vcpu":0,"gfn":"0x1000000"}'),
        'bad.json: $.steps[0].gfn: found "0x1000000", expected a frame number below 0x1000000',
      ],
      [
        step('{"op":"zap","gfn":"0xffffff","pages":"0x2"}'),
        'bad.json: $.steps[0].pages: found "0x2", expected gfn + pages at most 0x1000000 (machine.maxPhysAddr)',
      ],
      [
        step('{"op":"access","vcpu":0,"gfn":"0x0","kind":"fetch","pat":0}'),
        'bad.json: $.steps[0].kind: found "fetch", expected one of "read" "write" "execute"',
      ],
      [
        step('{"op":"access","vcpu":0,"gfn":"0x0","kind":"read","pat":8}'),
        'bad.json: $.steps[0].pat: found 8, expected a whole number from 0 to 7',
      ],
      ['['.repeat(100_000), 'bad.json: line 1, column 65: found nesting deeper than 64, expected at most 64 levels'],
    ].map(([text, message]) => [message, text]),
  )('%s', (message, text) => {
    let thrown: unknown;
    try {
      parseScenario(text, 'bad.json');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as Error).message).toContain(message);
  });
});
