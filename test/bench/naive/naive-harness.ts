/** The plain harness: `fc.commands` over a random machine, case after case. What it shares with the campaign: README.md beside this. */
import fc from 'fast-check';
import { type Panel, panelOf, seatOf } from '../../../harness/compare/panel.js';
import type { Machine } from '../../../models/contract/machine.js';
import type { Profile } from '../../../models/contract/model.js';
import { commandArbitrary } from './command-arbitraries.js';
import { machineArbitrary } from './machine-arbitrary.js';
import { NaivePanel } from './naive-panel.js';
import { NaiveReport } from './naive-report.js';

export class NaiveHarness {
  readonly report: NaiveReport;
  private readonly panel: Panel;
  private seed = 0;

  constructor(private readonly profiles: readonly Profile[]) {
    this.report = new NaiveReport(profiles);
    this.panel = panelOf(profiles.map(seatOf));
  }

  /** @param meanSteps of a case: `fc.commands` draws a number of steps between 0 and twice that. @returns steps run */
  run(cases: number, meanSteps: number): number {
    const before = this.report.steps;
    const commands = fc.commands([commandArbitrary], { maxCommands: 2 * meanSteps, size: 'max' });
    const property = fc.property(machineArbitrary, commands, (machine, drawn) => this.runCase(machine, drawn));
    fc.assert(property, { numRuns: cases, seed: ++this.seed });
    return this.report.steps - before;
  }

  runCase(machine: Machine, commands: Iterable<fc.Command<Machine, NaivePanel>>): void {
    fc.modelRun(() => ({ model: machine, real: new NaivePanel(this.profiles, this.panel, machine, this.report) }), commands);
  }
}
