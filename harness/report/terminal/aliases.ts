/** Hazards on which all models agree, for a terminal. */
import type { AliasCount } from '../../classify/alias-tally.js';
import type { AgreedAlias } from '../../finding/agreed-alias.js';
import { wrapped } from '../wrapped.js';

/** Pairs of types that a summary of a run names. */
const MOST_NAMED = 4;

/** Of one scenario, a line for each step and vendor. */
export function aliasLines(aliases: readonly AgreedAlias[], width: number): string[] {
  return aliases.flatMap(({ step, vendor, guest, host, withSelfSnoop, withoutSelfSnoop }) => {
    const snoop = withSelfSnoop === withoutSelfSnoop ? withSelfSnoop : `${withSelfSnoop}; otherwise ${withoutSelfSnoop}`;
    const name = vendor === 'intel' ? 'Intel' : 'AMD';
    return wrapped(
      `hazard at step ${step}: all models agree on ${guest}, the host kernel maps the frame ${host}; on ${name} ${snoop}`,
      width,
      '',
      '  ',
    );
  });
}

/** Of a run. */
export function aliasCountLines(counts: readonly AliasCount[], width: number): string[] {
  if (counts.length === 0) return [];
  const named = counts.slice(0, MOST_NAMED).map(({ guest, host, accesses }) => `${guest} over ${host} ${accesses}`);
  const rest = counts.length > MOST_NAMED ? ', ...' : '';
  return wrapped(
    `hazards that all models agree on, guest type over that of the host's own mapping, in accesses: ${named.join(', ')}${rest}`,
    width,
    '',
    '  ',
  );
}
