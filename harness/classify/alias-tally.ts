/** Hazards on which all models agree: accesses whose type every model gives alike, and which the host kernel's own mapping of the frame contradicts. */
import type { Backing } from '../../models/contract/machine.js';
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../../models/contract/memory-type.js';
import { memtypeOf, OK, OUTCOME_MASK, UNDEFINED, NOT_APPLICABLE } from '../../models/contract/observation.js';
import { framesAt } from '../operations/draw.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf } from '../operations/registry.js';
import type { Seat } from '../compare/panel.js';
import type { Trace } from '../run/trace.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { aliasHazard, hostMapping, isHazard } from './alias.js';
import { backingAt, UNBACKED } from './frame-history.js';

const ACCESS = codeOf('access');
const SET_BACKING = codeOf('set-backing');
/** Word of an access that its frame begins at. */
const FRAME_WORD = 2;

export interface AliasCount {
  readonly guest: string;
  /** Type of the host kernel's own mapping. */
  readonly host: string;
  readonly accesses: number;
}

export class AliasTally {
  /** By 8 * guest type + host type. */
  private readonly counts = new Float64Array(128);

  /** By 16 * backing + guest type, as far as they were met. */
  private readonly hazards: boolean[] = [];

  constructor(private readonly seats: readonly Seat[]) {}

  /** Adds a case that every seat has just run. */
  add(scenario: EncodedScenario, traces: readonly Trace[]): void {
    const { words, steps } = scenario;
    /** What backs a frame is asked of the steps before this one: no later one has changed it, and a look back over all of them costs. */
    let changed = 0;
    for (let step = 0, at = 0; step < steps; step++, at += STEP_WORDS) {
      if (words[at] === SET_BACKING) changed = step + 1;
      if (words[at] !== ACCESS) continue;
      const type = agreedType(traces, step);
      if (type === null) continue;
      const backing = backingAt(scenario, changed, framesAt(words, at + FRAME_WORD));
      if (backing !== UNBACKED && this.isHazard(type, backing)) this.counts[8 * type + hostMapping(backing)]++;
    }
  }

  private isHazard(type: EffectiveType, backing: Backing): boolean {
    const at = 16 * backing + type;
    this.hazards[at] ??= this.seats.some(({ vendor }) => isHazard(aliasHazard(type, backing, vendor)));
    return this.hazards[at];
  }

  state(): readonly number[] {
    return [...this.counts];
  }

  /** Adds what was counted over other cases. */
  absorb(counts: readonly number[]): void {
    counts.forEach((count, index) => {
      this.counts[index] += count;
    });
  }
}

/** Most frequent first. @param counts those of an `AliasTally` */
export function aliasCounts(counts: readonly number[]): AliasCount[] {
  return counts
    .map((accesses, index) => ({ guest: MEMORY_TYPE_NAMES[index >> 3], host: MEMORY_TYPE_NAMES[index & 7], accesses }))
    .filter(({ accesses }) => accesses > 0)
    .sort((a, b) => b.accesses - a.accesses || (`${a.guest} ${a.host}` < `${b.guest} ${b.host}` ? -1 : 1));
}

/** The type that every model gives an access, those that say nothing apart; null: they differ, or none serves it. CD counts as UC, WC+ as WC. */
export function agreedType(traces: readonly Trace[], step: number): EffectiveType | null {
  let agreed: EffectiveType | null = null;
  for (let seat = 0; seat < traces.length; seat++) {
    const observation = traces[seat].observations[step];
    const outcome = observation & OUTCOME_MASK;
    if (outcome === UNDEFINED || outcome === NOT_APPLICABLE) continue;
    const type = outcome === OK ? memtypeOf(observation) : null;
    if (type === null || (agreed !== null && (type & 7) !== (agreed & 7))) return null;
    agreed ??= type;
  }
  return agreed;
}
