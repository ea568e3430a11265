/**
 * Part of the optimisation that ept-p2m.ts describes, and no part of Xen, which has one `struct mtrr_state` a vCPU.
 * Every state of a vCPU's MTRRs that an EPT entry was computed from. Entries are computed when they are looked at, from the
 * state they were resolved with, so that resolving a table of 512 entries costs one number.
 */
import { MtrrState } from './mtrr-state.js';

/** Number of the state after reset, all zero. */
const RESET_STATE = 0;

export class MtrrSnapshots {
  private readonly states: MtrrState[] = [new MtrrState()];
  private count = 1;
  private readonly current = new Int32Array(8);

  /** A new domain: each vCPU's MTRRs are zero. */
  reset(): void {
    this.states[RESET_STATE].isRemembered = true;
    this.count = 1;
    this.current.fill(RESET_STATE);
  }

  /** The vCPU's registers, for reading. */
  of(vcpu: number): MtrrState {
    return this.states[this.current[vcpu]];
  }

  /** Number of the vCPU's state of now. */
  stateOf(vcpu: number): number {
    return this.current[vcpu];
  }

  /** The state of that number. */
  at(state: number): MtrrState {
    return this.states[state];
  }

  /** Number of the vCPU's state, which keeps its values from now on. */
  remember(vcpu: number): number {
    const state = this.current[vcpu];
    this.states[state].isRemembered = true;
    return state;
  }

  /** The vCPU's registers, for writing. */
  writable(vcpu: number): MtrrState {
    const state = this.of(vcpu);
    if (!state.isRemembered) return state;
    if (this.count === this.states.length) this.states.push(new MtrrState());
    const copy = this.states[this.count];
    copy.copy(state);
    this.current[vcpu] = this.count++;
    return copy;
  }

  /** The vCPU's registers become zero. */
  renew(vcpu: number): void {
    this.current[vcpu] = RESET_STATE;
  }
}
