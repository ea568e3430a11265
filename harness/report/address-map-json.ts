/** The document of `map --format json`, and the key `map` of that of `explain`. */
import type { AddressMap } from '../explain/address-map.js';
import { printHex } from '../operations/number.js';

export const MAP_FORMAT = 'emtdiff-map/1';

export function addressMapJson({ profiles, vcpu, steps, rows, notes, otherVcpus }: AddressMap): Record<string, unknown> {
  return {
    format: MAP_FORMAT,
    // Steps done before the look.
    steps,
    vcpu,
    profiles: profiles.map(({ name }) => name),
    // Addresses in bytes, the end exclusive; one cell a profile.
    rows: rows.map(({ start, end, cells }) => ({
      start: printHex(start * 4096),
      end: printHex(end * 4096),
      cells: cells.map(({ answer, rule, registers }) => ({ ...answer, registers, rule: rule?.id ?? null })),
    })),
    notes,
    otherVcpus,
  };
}
