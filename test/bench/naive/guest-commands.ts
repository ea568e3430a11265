/** What a guest does, one class per operation, as fast-check's documentation of model-based testing has it. */
import type { ObservationJson } from '../../../harness/scenario/observation-json.js';
import type { Level } from '../../../models/contract/address.js';
import type { AccessKind } from '../../../models/contract/operation.js';
import { PanelCommand } from './panel-command.js';
import type { NaiveModel } from './naive-model.js';

export class WriteMsr extends PanelCommand {
  readonly op = 'write-msr';

  constructor(
    override readonly vcpu: number,
    readonly msr: bigint,
    readonly value: bigint,
  ) {
    super();
  }

  ask(model: NaiveModel, vcpu: number): ObservationJson {
    return model.writeMsr(vcpu, this.msr, this.value);
  }
}

export class ReadMsr extends PanelCommand {
  readonly op = 'read-msr';

  constructor(
    override readonly vcpu: number,
    readonly msr: bigint,
  ) {
    super();
  }

  ask(model: NaiveModel, vcpu: number): ObservationJson {
    return model.readMsr(vcpu, this.msr);
  }
}

export class WriteCr0 extends PanelCommand {
  readonly op = 'write-cr0';

  constructor(
    override readonly vcpu: number,
    readonly pg: boolean,
    readonly cd: boolean,
    readonly nw: boolean,
  ) {
    super();
  }

  ask(model: NaiveModel, vcpu: number): ObservationJson {
    return model.writeCr0(vcpu, this.pg, this.cd, this.nw);
  }
}

export class Init extends PanelCommand {
  readonly op = 'init';

  constructor(override readonly vcpu: number) {
    super();
  }

  ask(model: NaiveModel, vcpu: number): ObservationJson {
    return model.init(vcpu);
  }
}

export class Access extends PanelCommand {
  readonly op = 'access';

  constructor(
    override readonly vcpu: number,
    override readonly gfn: bigint,
    readonly kind: AccessKind,
    readonly pat: number,
    readonly pageSize: Level,
  ) {
    super();
  }

  ask(model: NaiveModel, vcpu: number): ObservationJson {
    return model.access(vcpu, this.gfn, this.kind, this.pat, this.pageSize);
  }
}

export class Invlpg extends PanelCommand {
  readonly op = 'invlpg';

  constructor(
    override readonly vcpu: number,
    override readonly gfn: bigint,
  ) {
    super();
  }

  ask(model: NaiveModel, vcpu: number): ObservationJson {
    return model.invlpg(vcpu, this.gfn);
  }
}
