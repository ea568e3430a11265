/** Runs scenarios on both sides and notes what differs and what does not. */
import { BucketTable } from '../classify/bucket-table.js';
import { Comparator } from '../compare/comparator.js';
import type { Lens } from '../compare/lens.js';
import { SPACE_SIZE } from '../decision-space/dimensions.js';
import { pointScenario } from '../decision-space/point-scenario.js';
import type { CampaignKey } from '../generate/campaign-key.js';
import type { Generator } from '../generate/generator.js';
import { caseScenario } from '../generate/case-scenario.js';
import { decodeScenario, type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { Agreement } from './agreement.js';
import type { Pair } from './contestants.js';

export class Examination {
  readonly table: BucketTable;
  readonly comparator: Comparator;
  readonly agreement: Agreement;

  constructor(
    private readonly pair: Pair,
    lenses: readonly Lens[],
    private readonly generator: Generator,
    private readonly key: CampaignKey,
    private readonly seed: string,
  ) {
    this.table = new BucketTable(pair.panel, lenses);
    this.comparator = new Comparator(pair.panel, lenses);
    this.agreement = new Agreement(pair, lenses);
  }

  /** Scenarios by index: the points of the decision space first, random sequences from SPACE_SIZE on. */
  async examine(from: number, end: number): Promise<void> {
    const { seats, faults } = this.pair;
    const answers = await this.askAhead(from, end);
    for (let index = from; index < end; index++) {
      faults.case = caseOf(index);
      const scenario = this.encodedAt(index);
      seats.run(scenario);
      seats.place(answers[index - from] ?? [], scenario.steps);
      const differs = new Uint8Array(scenario.steps);
      this.comparator.compare(scenario, seats.traces, (lens, edge, step) => {
        differs[step] = 1;
        this.table.add(index, lens, edge, step, scenario, seats.traces);
      });
      this.agreement.add(scenario, seats.traces, differs);
    }
    faults.case = -1;
  }

  scenarioAt(index: number): Scenario {
    return index < SPACE_SIZE ? pointScenario(index) : caseScenario(this.generator, this.key, this.seed, index - SPACE_SIZE);
  }

  private encodedAt(index: number): EncodedScenario {
    return index < SPACE_SIZE ? encodeScenario(pointScenario(index)) : this.generator.generate(this.key, index - SPACE_SIZE);
  }

  /** Outside models get a chunk at once; the same scenarios are made again for the models of ours. */
  private async askAhead(from: number, end: number) {
    const { outsiders, seats, faults } = this.pair;
    if (outsiders.length === 0) return [];
    const scenarios = Array.from({ length: end - from }, (_, offset) => decodeScenario(this.encodedAt(from + offset)));
    scenarios.forEach((scenario, offset) => {
      faults.cases.set(scenario, caseOf(from + offset));
    });
    return Promise.all(scenarios.map((scenario) => seats.ask(scenario)));
  }
}

/** The case of a random sequence; -1 for a point, which is no case. */
function caseOf(index: number): number {
  return Math.max(-1, index - SPACE_SIZE);
}
