/** What a host does, one class per operation. */
import type { ObservationJson } from '../../../harness/scenario/observation-json.js';
import type { Level } from '../../../models/contract/address.js';
import { type Backing, BACKING_HOST_MTRR } from '../../../models/contract/machine.js';
import type { RegisterType } from '../../../models/contract/memory-type.js';
import type { PinType } from '../../../models/contract/operation.js';
import { PanelCommand } from './panel-command.js';
import type { NaiveMemory } from './naive-memory.js';
import type { NaiveModel } from './naive-model.js';

export class AttachDevice extends PanelCommand {
  readonly op = 'attach-device';

  constructor(readonly coherent: boolean) {
    super();
  }

  ask(model: NaiveModel): ObservationJson {
    return model.attachDevice(this.coherent);
  }

  override changes(memory: NaiveMemory): void {
    if (!this.coherent) memory.attachNoncoherent();
  }
}

export class DetachDevice extends PanelCommand {
  readonly op = 'detach-device';

  constructor(readonly coherent: boolean) {
    super();
  }

  ask(model: NaiveModel): ObservationJson {
    return model.detachDevice(this.coherent);
  }

  override changes(memory: NaiveMemory): void {
    if (!this.coherent) memory.detachNoncoherent();
  }
}

export class SetIoResources extends PanelCommand {
  readonly op = 'set-io-resources';

  constructor(readonly held: boolean) {
    super();
  }

  ask(model: NaiveModel): ObservationJson {
    return model.setIoResources(this.held);
  }
}

export class Zap extends PanelCommand {
  readonly op = 'zap';

  constructor(
    override readonly gfn: bigint,
    readonly pages: bigint,
  ) {
    super();
  }

  ask(model: NaiveModel): ObservationJson {
    return model.zap(this.gfn, this.pages);
  }
}

export class SetBacking extends PanelCommand {
  readonly op = 'set-backing';

  constructor(
    override readonly gfn: bigint,
    readonly pages: bigint,
    readonly backing: Backing,
    readonly level: Level,
    readonly hostMtrr: RegisterType = BACKING_HOST_MTRR[backing],
  ) {
    super();
  }

  ask(model: NaiveModel): ObservationJson {
    return model.setBacking(this.gfn, this.pages, this.backing, this.level, this.hostMtrr);
  }

  override changes(memory: NaiveMemory): void {
    memory.setBacking(this.gfn, this.pages, this.backing);
  }
}

export class PinCacheattr extends PanelCommand {
  readonly op = 'pin-cacheattr';

  constructor(
    override readonly gfn: bigint,
    readonly pages: bigint,
    readonly type: PinType,
  ) {
    super();
  }

  ask(model: NaiveModel): ObservationJson {
    return model.pinCacheattr(this.gfn, this.pages, this.type);
  }
}

export class SaveRestore extends PanelCommand {
  readonly op = 'save-restore';

  ask(model: NaiveModel): ObservationJson {
    return model.saveRestore();
  }
}
