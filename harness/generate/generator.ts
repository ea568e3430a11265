/**
 * Random scenarios: case i of a campaign is a function of (key, i), of the set-ups given, of the features of the panel and of the scope, of
 * nothing else. Each concern and each operation has a stream of its own, so that an operation more changes no case of a panel without it.
 */
import type { Backing, Machine } from '../../models/contract/machine.js';
import { type Draw, framesAt, lastWrite } from '../operations/draw.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import type { Random } from '../operations/random.js';
import { type AnyOperationSpec, codeOf, SPECS } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { CampaignKey } from './campaign-key.js';
import { FramePool } from './frame-pool.js';
import { drawAround, drawMachine } from './machine-draw.js';
import { ANY_SUBJECT, type FeatureSet } from './feature-set.js';
import { drawFeatureKeys } from './feature-keys.js';
import { LevelTwo } from './level-two-state.js';
import { OTHER, RacingWindow } from './racing-window.js';
import { OperationChoice } from './operation-choice.js';
import { backingWithin, isWhole, isWithin, machineWithin, type Scope } from './scope.js';
import { Streams } from './streams.js';

export interface GeneratorOptions {
  /** Real set-ups that a quarter of the cases starts from; scenarios whose steps are a prefix. */
  readonly setups?: readonly EncodedScenario[];
  /** Random steps of every case; by default 16 to 64, drawn. */
  readonly steps?: number;
  /** What the panel's subjects know; default: what each has, and private memory in some cases. */
  readonly features?: FeatureSet;
  readonly scope?: Scope;
  /** The operations there are, by code: for tests of the generator. */
  readonly specs?: readonly AnyOperationSpec[];
}

/** Streams of a case that are no operation's. */
const CONCERNS = ['machine', 'frames', 'features', 'feature keys', 'racing window', 'steps'] as const;
const [MACHINE_STREAM, FRAME_STREAM, FEATURE_STREAM, KEY_STREAM, WINDOW_STREAM, STEP_STREAM] = [0, 1, 2, 3, 4, 5];
const FIRST_OPERATION = CONCERNS.length;

const ACCESS = codeOf('access');
const WRITE_MSR = codeOf('write-msr');
/** In the order of sizes in pages: from 4K to 1 TiB, as firmware sizes its ranges. */
const ORDERS = [0, 0, 1, 3, 4, 8, 9, 9, 10, 12, 15, 16, 17, 18, 19, 20];
const MOST_STEPS = 64;

export class Generator implements Draw {
  /** The stream that is drawn from: that of an operation while it draws its fields. */
  random: Random;
  machine: Machine;
  illegal = false;
  patIndices = false;
  largePages = false;
  races = false;
  readonly features: FeatureSet;
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
  private readonly specs: readonly AnyOperationSpec[];
  private readonly streams: Streams;
  private readonly scope: Scope | null;
  private readonly levelTwo = new LevelTwo();
  private readonly choice: OperationChoice;
  private words = new Int32Array(0);
  private readonly setups: readonly EncodedScenario[];
  private readonly steps: number | undefined;

  constructor(options: GeneratorOptions = {}) {
    const { features = ANY_SUBJECT, scope = {}, specs = SPECS } = options;
    this.features = features;
    this.scope = isWhole(scope) ? null : scope;
    this.specs = specs;
    this.choice = new OperationChoice(specs, this.scope, FIRST_OPERATION);
    this.streams = new Streams([...CONCERNS, ...specs.map(({ op }) => op)]);
    this.setups = (options.setups ?? []).filter((setup) => isWithin(scope, setup));
    this.steps = options.steps;
    const longest = this.setups.reduce((most, setup) => Math.max(most, setup.steps), 0);
    this.words = new Int32Array((longest + Math.max(MOST_STEPS, this.steps ?? 0)) * STEP_WORDS);
    this.streams.start({ hi: 0, lo: 0 }, 0);
    this.random = this.streams.at(MACHINE_STREAM);
    this.machine = drawMachine(this.random, features.privateMemory);
  }

  /** Case `index` of the campaign. The words are the generator's own: valid until the next call. */
  generate(key: CampaignKey, index: number): EncodedScenario {
    this.partnerMsr = 0;
    this.changes.length = 0;
    this.streams.start(key, index);
    const setup = this.drawMachine();
    this.forgetWrites(this.machine.vcpus);
    this.levelTwo.start(this.machine);
    this.pool.fill(this.switchTo(FRAME_STREAM), this.machine);
    this.switchTo(FEATURE_STREAM);
    this.drawFeatures();
    this.window.fill(this.switchTo(WINDOW_STREAM), this.machine);
    this.races = this.window.races;
    const prefix = setup === null ? 0 : this.copySetup(setup);
    const random = this.switchTo(STEP_STREAM);
    const count = this.steps ?? 16 + random.below(MOST_STEPS - 15);
    for (let step = 0; step < count; step++) {
      const at = (prefix + step) * STEP_WORDS;
      if (this.races) this.drawRacingStep(at);
      else this.drawStep(this.choice.pick(this.streams.at(STEP_STREAM)), at);
    }
    return { machine: this.machine, words: this.words, steps: prefix + count };
  }

  /** Draws the machine; returns the set-up that it is for, or null. */
  private drawMachine(): EncodedScenario | null {
    const random = this.switchTo(MACHINE_STREAM);
    const { privateMemory } = this.features;
    const setup = this.setups.length > 0 && random.chance(64) ? this.setups[random.below(this.setups.length)] : null;
    const machine = setup === null ? drawMachine(random, privateMemory) : drawAround(random, setup.machine, privateMemory);
    drawFeatureKeys(this.switchTo(KEY_STREAM), machine, this.features);
    this.machine = this.scope === null ? machine : machineWithin(this.scope, machine);
    return setup;
  }

  private switchTo(stream: number): Random {
    this.random = this.streams.at(stream);
    return this.random;
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

  backing(drawn: number): number {
    return this.scope === null ? drawn : backingWithin(this.scope, drawn as Backing);
  }

  vcpuInL2(): number {
    const vcpu = this.levelTwo.lastIn;
    return vcpu >= 0 && this.random.chance(224) ? vcpu : this.vcpu();
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
    this.choice.draw(this.machine, this.features, this.streams);
  }

  private drawRacingStep(at: number): void {
    const random = this.streams.at(STEP_STREAM);
    const code = this.window.operation(random);
    this.drawStep(code === OTHER || !this.choice.mayHold(code) ? this.choice.pick(random) : code, at);
    this.window.note(this.words, at);
  }

  private drawStep(code: number, at: number): void {
    const { words } = this;
    words[at] = code;
    for (let word = at + 1; word < at + STEP_WORDS; word++) words[word] = 0;
    this.switchTo(FIRST_OPERATION + code);
    this.specs[code].draw(this, words, at);
    if (this.levelTwo.isUsed) this.levelTwo.settle(words, at);
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
