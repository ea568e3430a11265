/** The campaign's loop over cases without its ends: generate, run, count, compare, classify, as harness/campaign.ts does for every case. */
import { BucketTable } from '../../harness/classify/bucket-table.js';
import { Comparator } from '../../harness/compare/comparator.js';
import { DEFAULT_LENSES, LENSES } from '../../harness/compare/lens.js';
import { type Panel, panelOf, seatOf } from '../../harness/compare/panel.js';
import { type CampaignKey, campaignKey } from '../../harness/generate/campaign-key.js';
import { Generator } from '../../harness/generate/generator.js';
import { Seats } from '../../harness/pipeline/seats.js';
import { Health } from '../../harness/run/health.js';
import type { EncodedScenario } from '../../harness/scenario/encoded.js';
import type { Profile } from '../../models/contract/model.js';

export class CaseLoop {
  readonly panel: Panel;
  readonly seats: Seats;
  readonly comparator: Comparator;
  readonly health: Health;
  table: BucketTable;
  divergences = 0;
  private readonly generator: Generator;
  private readonly key: CampaignKey;
  private readonly lenses = DEFAULT_LENSES.map((name) => LENSES[name]);

  constructor(profiles: readonly Profile[], seed: string, steps: number) {
    this.panel = panelOf(profiles.map(seatOf));
    this.seats = new Seats(profiles, [], (seat, error) => {
      throw new Error(`${this.panel.seats[seat].name}: ${error}`);
    });
    this.comparator = new Comparator(this.panel, this.lenses);
    this.health = new Health(this.panel.seats.map(({ rules }) => rules.length));
    this.key = campaignKey(seed);
    this.generator = new Generator({ steps });
    this.table = new BucketTable(this.panel, this.lenses);
  }

  generate(index: number): EncodedScenario {
    return this.generator.generate(this.key, index);
  }

  /** A whole case. */
  run(index: number): EncodedScenario {
    const { table, seats } = this;
    const scenario = this.generate(index);
    seats.run(scenario);
    this.health.add(scenario, seats.traces);
    this.comparator.compare(scenario, seats.traces, (lens, edge, step) => {
      this.divergences++;
      table.add(index, lens, edge, step, scenario, seats.traces);
    });
    return scenario;
  }

  /** Forgets all buckets. */
  forget(): void {
    this.table = new BucketTable(this.panel, this.lenses);
  }
}
