/** `emtdiff models --switches NAME`: in what the versions of a family differ, to be set otherwise by `--models NAME+switch=value`. */
import { wrapped } from '../report/wrapped.js';
import type { Profile } from '../../models/contract/model.js';
import type { Switch } from '../../models/contract/switch.js';
import { isProposal } from '../history/version-line.js';
import { knownProfiles } from './known-profile.js';

const WIDTH = 100;

/** Of a family the newest version of each set of switches, else the profiles of that name. @throws {UsageError} */
export function switchedProfiles(name: string, profiles: readonly Profile[]): Profile[] {
  const members = profiles.filter((profile) => profile.lineage === name && !isProposal(profile));
  if (members.length === 0) return [...knownProfiles(name, profiles, '--switches')];
  const newest = new Map(members.map((profile) => [namesOf(profile), profile]));
  return [...newest.values()];
}

const namesOf = ({ switches = [] }: Profile) => switches.map(({ name }) => name).join();

export function switchListText(profiles: readonly Profile[]): string {
  return profiles.map((profile) => `${profile.name}, ${profile.span}\n${listOf(profile)}`).join('\n');
}

function listOf({ name, switches = [] }: Profile): string {
  if (switches.length === 0) return '  no switches\n';
  const lines = switches.flatMap((each) => [`  ${settings(each)}`, ...wrapped(meaning(each), WIDTH, '      ', '      ')]);
  return `${lines.join('\n')}\n  Set otherwise: --models ${name}+${example(switches)}\n`;
}

/** The value that it has here in brackets: `leaf=classic|[host-pat]`. */
function settings({ name, values, value }: Switch): string {
  return `${name}=${values.map((each) => (each === value ? `[${each}]` : `${each}`)).join('|')}`;
}

function meaning({ meaning: text, by }: Switch): string {
  return by === null ? text : `${text} By ${by}.`;
}

function example(switches: readonly Switch[]): string {
  const [choice, toggle] = [
    switches.find(({ values }) => !values.includes(true)),
    switches.find(({ values }) => values.includes(true)),
  ];
  const words = [
    ...(choice === undefined ? [] : [`${choice.name}=${choice.values.find((each) => each !== choice.value)}`]),
    ...(toggle === undefined ? [] : [`${toggle.value === true ? 'no-' : ''}${toggle.name}`]),
  ];
  return words.join(',');
}
