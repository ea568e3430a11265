/** Random scenarios: case i of a campaign is a function of (key, i) and of the set-ups given, of nothing else. */
import type { Machine } from '../../models/contract/machine.js';
import { type Draw, framesAt, lastWrite } from '../operations/draw.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { Random } from '../operations/random.js';
import { codeOf, SPECS } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { CampaignKey } from './campaign-key.js';
import { FramePool } from './frame-pool.js';
import { drawHost, drawMachine } from './machine-draw.js';
import { OTHER, RacingWindow } from './racing-window.js';

export interface GeneratorOptions {
  /** Real set-ups that a quarter of the cases starts from; scenarios whose steps are a prefix. */
  readonly setups?: readonly EncodedScenario[];
  /** Random steps of every case; by default 16 to 64, drawn. */
  readonly steps?: number;
}

/** Streams of a case: one per concern, so that a new operation does not reshuffle the machines. */
const MACHINE_STREAM = 0;
const FEATURE_STREAM = 1;
const STEP_STREAM = 2;

const ACCESS = codeOf('access');
const WRITE_MSR = codeOf('write-msr');
const DRAWS = SPECS.map((spec) => spec.draw);
const DRAWN = SPECS.map((_, code) => code).filter((code) => SPECS[code].weight > 0);
const PLAIN = DRAWN.filter((code) => !SPECS[code].privateMemory);
/** In the order of sizes in pages: from 4K to 1 TiB, as firmware sizes its ranges. */
const ORDERS = [0, 0, 1, 3, 4, 8, 9, 9, 10, 12, 15, 16, 17, 18, 19, 20];
const MOST_STEPS = 64;

export class Generator implements Draw {
  readonly random = new Random();
  machine: Machine;
  illegal = false;
  patIndices = false;
  largePages = false;
  races = false;
  rangeGfn = 0;
  rangePages = 1;
  alignedGfn = 0;
  alignedPages = 1;
  partnerVcpu = 0;
  partnerMsr = 0;
  readonly lastHi = new Int32Array(lastWrite(8, 0));
  readonly lastLo = new Int32Array(lastWrite(8, 0));
  private readonly pool = new FramePool();
  private readonly window = new RacingWindow();
  /** Ranges backed anew in this case, three numbers each: first, end, backing. */
  private readonly changes: number[] = [];
  private readonly weights = new Int32Array(SPECS.length);
  private totalWeight = 0;
  private words = new Int32Array(0);
  private readonly setups: readonly EncodedScenario[];
  private readonly steps: number | undefined;

  constructor(options: GeneratorOptions = {}) {
    this.setups = options.setups ?? [];
    this.steps = options.steps;
    const longest = this.setups.reduce((most, setup) => Math.max(most, setup.steps), 0);
    this.words = new Int32Array((longest + Math.max(MOST_STEPS, this.steps ?? 0)) * STEP_WORDS);
    this.random.seed(0, 0, 0, 0);
    this.machine = drawMachine(this.random);
  }

  /** Case `index` of the campaign. The words are the generator's own: valid until the next call. */
  generate(key: CampaignKey, index: number): EncodedScenario {
    this.partnerMsr = 0;
    this.changes.length = 0;
    this.random.seed(key.hi, key.lo, index, MACHINE_STREAM);
    const setup = this.setups.length > 0 && this.random.chance(64) ? this.setups[this.random.below(this.setups.length)] : null;
    this.machine = setup === null ? drawMachine(this.random) : drawAround(this.random, setup.machine);
    this.forgetWrites(this.machine.vcpus);
    this.pool.fill(this.random, this.machine);
    this.random.seed(key.hi, key.lo, index, FEATURE_STREAM);
    this.drawFeatures();
    this.window.fill(this.random, this.machine);
    this.races = this.window.races;
    const prefix = setup === null ? 0 : this.copySetup(setup);
    this.random.seed(key.hi, key.lo, index, STEP_STREAM);
    const count = this.steps ?? 16 + this.random.below(MOST_STEPS - 15);
    for (let step = 0; step < count; step++) {
      const at = (prefix + step) * STEP_WORDS;
      if (this.races) this.drawRacingStep(at);
      else this.drawStep(this.anyOperation(), at);
    }
    return { machine: this.machine, words: this.words, steps: prefix + count };
  }

  vcpu(): number {
    return this.random.below(this.machine.vcpus);
  }

  pausedVcpu(): number {
    const paused = this.races ? this.window.pausedVcpu : -1;
    return paused >= 0 ? paused : this.vcpu();
  }

  gfn(): number {
    return this.races && this.random.chance(208) ? this.window.frame(this.random) : this.pool.pick(this.random);
  }

  isPrivate(gfn: number): boolean {
    return this.races ? this.window.isPrivate(this.random, gfn) : this.random.chance(128);
  }

  range(): void {
    const { random, window } = this;
    if (this.races && random.chance(216)) {
      window.range(random);
      this.rangeGfn = window.gfn;
      this.rangePages = window.pages;
      return;
    }
    const limit = 2 ** (this.machine.maxPhysAddr - 12);
    const size = random.below(8);
    const pages = size < 3 ? 1 : size < 5 ? 1 + random.below(32) : 1 << random.below(19);
    const gfn = random.chance(128) ? this.gfn() : Math.floor(this.gfn() / pages) * pages;
    this.rangeGfn = gfn;
    this.rangePages = Math.min(pages, limit - gfn);
  }

  aligned(): void {
    if (this.alignedPages > 0 && this.random.chance(128)) return;
    const pages = 1 << ORDERS[this.random.below(ORDERS.length)];
    this.alignedPages = pages;
    this.alignedGfn = Math.floor(this.gfn() / pages) * pages;
  }

  rebacked(gfn: number, pages: number, backing: number): void {
    this.changes.push(gfn, gfn + pages, backing);
  }

  backingOf(gfn: number): number {
    const { changes } = this;
    for (let last = changes.length - 3; last >= 0; last -= 3)
      if (gfn >= changes[last] && gfn < changes[last + 1]) return changes[last + 2];
    for (const region of this.machine.regions) if (gfn >= region.gfn && gfn < region.gfn + region.pages) return region.backing;
    return -1;
  }

  /** Swarm: each case draws its own subset of the operations; accesses and MSR writes are always in it. */
  private drawFeatures(): void {
    const { random } = this;
    this.illegal = random.chance(96);
    this.patIndices = random.chance(200);
    this.largePages = random.chance(48);
    this.alignedPages = 0;
    this.weights.fill(0);
    let total = 0;
    for (const code of this.machine.privateMemory ? DRAWN : PLAIN) {
      const enabled = random.chance(112) || code === ACCESS || code === WRITE_MSR;
      if (enabled) total += SPECS[code].weight;
      this.weights[code] = total;
    }
    this.totalWeight = total;
    for (let code = 1; code < this.weights.length; code++)
      if (this.weights[code] === 0) this.weights[code] = this.weights[code - 1];
  }

  /** An operation of the case's subset, by weight. */
  private anyOperation(): number {
    const { weights } = this;
    const choice = this.random.below(this.totalWeight);
    let code = 0;
    while (weights[code] <= choice) code++;
    return code;
  }

  private drawRacingStep(at: number): void {
    const code = this.window.operation(this.random);
    this.drawStep(code === OTHER ? this.anyOperation() : code, at);
    this.window.note(this.words, at);
  }

  private drawStep(code: number, at: number): void {
    const { words } = this;
    words[at] = code;
    for (let word = at + 1; word < at + STEP_WORDS; word++) words[word] = 0;
    DRAWS[code](this, words, at);
  }

  /** Copies a set-up's steps, now and then cut short or with holes; returns their number. */
  private copySetup(setup: EncodedScenario): number {
    const { random, words } = this;
    const length = random.chance(64) ? random.below(setup.steps) : setup.steps;
    const holes = random.chance(64) ? 24 : 0;
    const limit = 2 ** (this.machine.maxPhysAddr - 12);
    let copied = 0;
    for (let step = 0; step < length; step++) {
      const from = step * STEP_WORDS;
      if (holes > 0 && random.chance(holes)) continue;
      for (let word = 0; word < STEP_WORDS; word++) words[copied * STEP_WORDS + word] = setup.words[from + word];
      copied++;
      if (setup.words[from] === ACCESS) this.pool.add(framesAt(setup.words, from + 2), limit);
      if (setup.words[from] === WRITE_MSR) this.remember(setup.words, from);
    }
    return copied;
  }

  private forgetWrites(vcpus: number): void {
    this.lastHi.fill(0, 0, lastWrite(vcpus, 0));
    this.lastLo.fill(0, 0, lastWrite(vcpus, 0));
  }

  private remember(words: Int32Array, at: number): void {
    const last = lastWrite(words[at + 1], words[at + 2]);
    this.lastHi[last] = words[at + 3];
    this.lastLo[last] = words[at + 4];
  }
}

/** A machine for a set-up: what its steps depend on is kept. */
function drawAround(random: Random, setup: Machine): Machine {
  const machine = drawHost(random, setup.maxPhysAddr);
  machine.vcpus = setup.vcpus;
  machine.cr0 = setup.cr0;
  machine.regions = setup.regions;
  return machine;
}
