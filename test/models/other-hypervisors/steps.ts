/** Steps in short: `2ff=806; @200 3; cd=1; read fe`. What each answers is a word: a memory type, a value, an outcome. */
import { profilesOf } from '../../../harness/cli/panel-choice.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { answerOf } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';

/** PAT with WC at index 1. */
const LX = '407050600070106';

/** `v1 ` in front: by vCPU 1. */
function stepOf(text: string): Record<string, unknown> {
  const [, other, rest] = /^(v1 )?(.*)$/.exec(text.trim()) ?? [];
  const vcpu = other === undefined ? 0 : 1;
  const [word, operand] = rest.split(/[ =]/);
  if (word.startsWith('@')) return { op: 'access', vcpu, gfn: `0x${word.slice(1)}`, kind: 'read', pat: Number(operand) };
  if (word === 'read') return { op: 'read-msr', vcpu, msr: `0x${operand}` };
  if (word === 'cd') return { op: 'write-cr0', vcpu, pg: true, cd: operand === '1', nw: false };
  return { op: 'write-msr', vcpu, msr: `0x${word}`, value: `0x${operand.replace('LX', LX)}` };
}

/** Of every step that is an access, a read, or marked by a `?` at its end. */
function shown(profile: string, script: string, machine: object) {
  const texts = script.split(';').map((text) => text.trim());
  const steps = texts.map((text) => stepOf(text.replace('?', '')));
  const json = { format: 'emtdiff-scenario/1', machine: { vcpus: 2, ...machine }, steps };
  const { observations } = answerOf(profilesOf([profile])[0], scenarioFrom(json, new Place(script, '$')));
  return observations.filter((_, step) => /^(v1 )?(@|read)|\?$/.test(texts[step]));
}

export function answers(profile: string, script: string, machine: object = {}): string {
  const words = shown(profile, script, machine).map(({ outcome, memtype, leaf, value }) => {
    if (memtype === undefined) return value ?? outcome;
    return leaf?.endsWith('ipat') ? `${memtype} (${leaf})` : memtype;
  });
  return words.join(' ');
}

export function levels(profile: string, script: string, regions: readonly object[]): (string | undefined)[] {
  return shown(profile, script, { regions }).map(({ level }) => level);
}
