/** A profile with switches set otherwise, `intel-ept/6.16+leaf=classic,cdIgnoresPat`: what the user typed after the plus. */
import { didYouMean } from '../operations/close-name.js';
import { shown, UsageError } from '../operations/usage-error.js';
import { unknownName } from '../operations/close-name.js';
import type { Profile } from '../../models/contract/model.js';
import { type Switch, type SwitchOverrides, type SwitchValue, UnknownSwitch } from '../../models/contract/switch.js';

/** @param text `leaf=classic`, `cdIgnoresPat` (on), `no-cdIgnoresPat` (off); several, by commas or pluses. @throws {UsageError} */
export function withSwitchesOf(profile: Profile, text: string, source: string): Profile {
  const { switches = [], withSwitches } = profile;
  if (withSwitches === undefined) throw new UsageError(`${source}: ${profile.name} has no switches`);
  const words = text.split(/[+,]/).map((word) => word.trim());
  const overrides: SwitchOverrides = Object.fromEntries(words.map((word) => setting(word, switches, `${source}: ${profile.name}`)));
  try {
    const isOwn = switches.every(({ name, value }) => !Object.hasOwn(overrides, name) || overrides[name] === value);
    return isOwn ? profile : withSwitches(overrides);
  } catch (error) {
    if (!(error instanceof UnknownSwitch)) throw error;
    const [name, value] = error.found.split('=');
    throw new UsageError(
      `${source}: ${profile.name}: found ${shown(error.found)}, expected ${error.expected.map((each) => `${name}=${each}`).join(' ')}${didYouMean(value ?? '', error.expected)}`,
    );
  }
}

function setting(word: string, switches: readonly Switch[], source: string): [name: string, value: SwitchValue] {
  const [name, value] = [/^[^=]*/.exec(word)![0], /=(.*)$/.exec(word)?.[1]];
  const isOff = value === undefined && name.startsWith('no-') && !switches.some((known) => known.name === name);
  const wanted = isOff ? name.slice('no-'.length) : name;
  const found = switches.find((known) => known.name === wanted);
  if (found === undefined) {
    const names = switches.map((known) => known.name);
    throw new UsageError(`${source}: ${unknownName('switch', wanted, 'one that emtdiff models --switches lists', names)}`);
  }
  if (!found.values.includes(true)) {
    if (value !== undefined) return [wanted, value];
    throw new UsageError(`${source}: found ${shown(word)}, expected ${found.values.map((each) => `${wanted}=${each}`).join(' ')}`);
  }
  if (value === undefined) return [wanted, !isOff];
  return [wanted, value === 'true' ? true : value === 'false' ? false : value];
}
