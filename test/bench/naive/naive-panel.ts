/** The nine models of a case: each answers a step with an object, and the objects of every edge are compared. */
import { isDeepStrictEqual } from 'node:util';
import { LENSES, type Lens } from '../../../harness/compare/lens.js';
import type { Panel } from '../../../harness/compare/panel.js';
import { lensFields } from '../../../harness/finding/answers.js';
import type { ObservationJson } from '../../../harness/scenario/observation-json.js';
import type { Machine } from '../../../models/contract/machine.js';
import type { Profile } from '../../../models/contract/model.js';
import { NaiveMemory } from './naive-memory.js';
import { NaiveModel } from './naive-model.js';
import type { NaiveReport } from './naive-report.js';
import type { PanelCommand } from './panel-command.js';

const COMPARED: readonly Lens[] = [LENSES.memtype, LENSES.msr];

export class NaivePanel {
  readonly memory: NaiveMemory;
  private readonly models: readonly NaiveModel[];

  /** Fresh models for one case. */
  constructor(
    profiles: readonly Profile[],
    private readonly panel: Panel,
    machine: Machine,
    private readonly report: NaiveReport,
  ) {
    this.models = profiles.map((profile) => new NaiveModel(profile, machine));
    this.memory = new NaiveMemory(machine);
    report.startCase();
  }

  /** One step: every model answers, every edge is compared in every lens that looks at the operation. */
  step(command: PanelCommand, vcpu: number): void {
    const answers = this.models.map((model) => model.answer(() => command.ask(model, vcpu)));
    this.report.count(command.op, answers);
    for (const lens of COMPARED.filter(({ operations }) => operations.includes(command.op))) {
      const fields = answers.map((answer) => lensFields(answer, lens));
      for (const { reference, seat } of this.panel.edges) {
        if (abstains(fields[reference]) || abstains(fields[seat])) continue;
        if (isDeepStrictEqual(fields[reference], fields[seat])) continue;
        this.report.add(
          { lens, op: command.op, frame: command.gfn === null ? 'coherent RAM' : this.memory.classOf(command.gfn) },
          { expected: answers[reference], got: answers[seat], expectedFields: fields[reference], gotFields: fields[seat] },
          () => this.groups(fields),
        );
      }
    }
    command.changes(this.memory);
  }

  /** Who agrees with whom: names of profiles. */
  private groups(fields: readonly ObservationJson[]): string[][] {
    const groups: { readonly fields: ObservationJson; readonly names: string[] }[] = [];
    this.models.forEach(({ profile }, seat) => {
      if (abstains(fields[seat])) return;
      const group = groups.find((other) => isDeepStrictEqual(other.fields, fields[seat]));
      if (group === undefined) groups.push({ fields: fields[seat], names: [profile.name] });
      else group.names.push(profile.name);
    });
    return groups.map(({ names }) => names);
  }
}

function abstains({ outcome }: ObservationJson): boolean {
  return outcome === 'abstains';
}
