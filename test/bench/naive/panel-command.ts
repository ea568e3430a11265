/** A command of fast-check's model-based testing that is put to every model of a panel. */
import type fc from 'fast-check';
import type { ObservationJson } from '../../../harness/scenario/observation-json.js';
import type { Machine } from '../../../models/contract/machine.js';
import type { OperationName } from '../../../models/contract/operation.js';
import type { NaiveMemory } from './naive-memory.js';
import type { NaiveModel } from './naive-model.js';
import type { NaivePanel } from './naive-panel.js';

export abstract class PanelCommand implements fc.Command<Machine, NaivePanel> {
  abstract readonly op: OperationName;
  /** Of the guest's operations; the machine may have fewer. */
  readonly vcpu: number = 0;
  /** Frame of an access. */
  readonly gfn: bigint | null = null;

  /** Every operation is possible in every state. */
  check(): boolean {
    return true;
  }

  run(machine: Machine, panel: NaivePanel): void {
    panel.step(this, this.vcpu % machine.vcpus);
  }

  toString(): string {
    return this.op;
  }

  /** What a model answers. */
  abstract ask(model: NaiveModel, vcpu: number): ObservationJson;

  /** What it does to the host's memory. */
  changes(_memory: NaiveMemory): void {}
}
