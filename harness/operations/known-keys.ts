/** An object of a JSON document whose keys are known: one that is not is named, and the one that was meant beside it. */
import { didYouMean } from './close-name.js';
import { type Place, shown } from './usage-error.js';

/**
 * @param of what has these keys, where the place does not tell: `"init"`
 * @throws {UsageError} for anything but an object with these keys only.
 */
export function objectWith(value: unknown, keys: readonly string[], place: Place, of?: string): Record<string, unknown> {
  const subject = of === undefined ? '' : ` of ${of}:`;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return place.fail(value, `an object with the keys${subject} ${keys.join(' ')}`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    place.refuse(
      `found the unknown key ${shown(unknown)}, expected only the keys${subject} ${keys.join(' ')}${didYouMean(unknown, keys)}`,
    );
  return value as Record<string, unknown>;
}
