/** What a subject with private guest memory answers besides the rest: conversions, holes, and vCPUs that stopped inside a fault. */
import type { Gfn } from './address.js';
import type { Observation } from './observation.js';
import type { AccessKind, ConversionPause } from './operation.js';

export interface PrivateMemory {
  resumeAccess(vcpu: number): Observation;
  setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation;
  resumeAttributes(): Observation;
  punchHole(gfn: Gfn, pages: number): Observation;
  /** The VMM touches the frame through its own mapping. */
  hostAccess?(gfn: Gfn, kind: AccessKind): Observation;
  hostPin?(gfn: Gfn, pages: number): Observation;
  hostUnpin?(gfn: Gfn, pages: number): Observation;
}
