/** The profiles of a model from one list of its versions, each an entry: what it changed in the one before it, by which commits. */
import { ModelDefect } from './defect.js';
import type { RuleList } from './define-rules.js';
import type { Invariant } from './invariant.js';
import type { Model, Profile } from './model.js';
import { type Releases, releasesText } from './release.js';
import {
  overridden,
  type Switch,
  type SwitchesOf,
  type SwitchOverrides,
  type SwitchTexts,
  type SwitchValue,
  type VersionChange,
} from './switch.js';

/** What all versions of a model have in common. */
export interface VersionFamily<T extends SwitchTexts> {
  /** Profiles are named `<lineage>/<version>`. */
  readonly lineage: string;
  /** Of every version whose entry names none. */
  readonly vendor?: 'intel' | 'amd';
  readonly hasLeaf: boolean;
  readonly rules: RuleList;
  /** What must hold, by version where designs differ in it. */
  invariants?(switches: SwitchesOf<T>): readonly (Invariant | null)[];
  readonly switches: T;
  /** The record behind the first entry: what the subject did before anybody changed anything. */
  readonly origin: SwitchesOf<T>;
  create(switches: SwitchesOf<T>): Model;
}

/** One version. */
export interface VersionEntry<T extends SwitchTexts> {
  readonly name: string;
  readonly vendor?: 'intel' | 'amd';
  /** The version that it changes: absent, the entry before it, or the origin if it is the first. `null`: the origin. */
  readonly base?: string | null;
  readonly releases: Releases;
  /** In the order in which they were merged. A commit that changed nothing here may stand among them, for the record. */
  readonly changes: readonly VersionChange<SwitchesOf<T>>[];
  /** One sentence. */
  readonly summary: string;
}

/** A patch that no release has, with the version that it changes. */
export interface ProposalEntry<T extends SwitchTexts> extends VersionEntry<T> {
  readonly base: string;
}

/** `by('928d4bf747e9', { leaf: 'write-back-ipat' })` */
export function by<S>(commit: string | null, switches: Partial<S>): VersionChange<S> {
  return { by: commit, switches };
}

interface Version<T extends SwitchTexts> {
  readonly values: SwitchesOf<T>;
  /** By switch: who set it. */
  readonly setBy: ReadonlyMap<string, string | null>;
}

/**
 * @param released in the order of the history
 * @throws {ModelDefect} if two versions have one name, or a base does not stand before the version that names it
 */
export function defineVersions<T extends SwitchTexts>(
  family: VersionFamily<T>,
  released: readonly VersionEntry<T>[],
  proposed: readonly ProposalEntry<T>[] = [],
): Profile[] {
  const versions = new Map<string, Version<T>>();
  return [...released, ...proposed].map((entry, index, entries) => {
    const { name, base = index === 0 ? null : entries[index - 1].name } = entry;
    const from = base === null ? { values: family.origin, setBy: new Map<string, string | null>() } : versions.get(base);
    if (from === undefined || versions.has(name)) throw new ModelDefect(`${family.lineage}/${name}: twice, or before its base`);
    const version = changed(from, entry.changes);
    versions.set(name, version);
    return profileOf(family, entry, base, version, index >= released.length);
  });
}

function changed<T extends SwitchTexts>(from: Version<T>, changes: readonly VersionChange<SwitchesOf<T>>[]): Version<T> {
  // Spread, not Object.assign, which V8 answers with a hash table: models read switches in every step.
  let values = from.values;
  for (const { switches } of changes) values = { ...values, ...switches };
  const setBy = changes.flatMap((change) => Object.keys(change.switches).map((name) => [name, change.by] as const));
  return { values, setBy: new Map([...from.setBy, ...setBy]) };
}

function profileOf<T extends SwitchTexts>(
  family: VersionFamily<T>,
  entry: VersionEntry<T>,
  base: string | null,
  version: Version<T>,
  isProposal: boolean,
): Profile {
  const { lineage, hasLeaf, rules, invariants, create } = family;
  const vendor = entry.vendor ?? family.vendor;
  if (vendor === undefined) throw new ModelDefect(`${lineage}/${entry.name}: no vendor`);
  return {
    name: `${lineage}/${entry.name}`,
    lineage,
    vendor,
    span: releasesText(entry.releases),
    releases: entry.releases,
    commits: [...new Set(entry.changes.flatMap((change) => change.by ?? []))],
    changes: entry.changes as readonly VersionChange[],
    ...(base === null ? {} : { changedFrom: `${lineage}/${base}` }),
    ...(isProposal && base !== null ? { base: `${lineage}/${base}` } : {}),
    summary: entry.summary,
    hasLeaf,
    rules,
    ...(invariants === undefined ? {} : { invariants: invariants(version.values) }),
    switches: switchesOf(family.switches, version),
    withSwitches: (overrides) => variant(family, entry, version, overrides),
    create: () => create(version.values),
  };
}

function switchesOf<T extends SwitchTexts>(texts: T, { values, setBy }: Version<T>): Switch[] {
  return Object.entries(texts).map(([name, text]) => ({ name, ...text, value: values[name], by: setBy.get(name) ?? null }));
}

/** `leaf=host-pat`; of a toggle `cdIgnoresPat`, `no-cdIgnoresPat`. */
function settingText(name: string, value: SwitchValue): string {
  return value === true ? name : value === false ? `no-${name}` : `${name}=${value}`;
}

/** The version with some switches set otherwise, as a proposal to change it: `intel-ept/6.16+leaf=host-pat`. */
function variant<T extends SwitchTexts>(
  family: VersionFamily<T>,
  entry: VersionEntry<T>,
  version: Version<T>,
  overrides: SwitchOverrides,
): Profile {
  const values = overridden(family.switches, version.values, overrides);
  const settings = Object.keys(family.switches)
    .filter((name) => values[name] !== version.values[name])
    .map((name) => settingText(name, values[name]));
  const change: VersionChange<SwitchesOf<T>> = { by: null, switches: overrides as Partial<SwitchesOf<T>> };
  const changedEntry: VersionEntry<T> = {
    ...entry,
    name: [entry.name, ...settings].join('+'),
    releases: { product: '', ranges: [], remark: `${releasesText(entry.releases)}, with ${settings.join(', ')}` },
    changes: [change],
  };
  return profileOf(family, changedEntry, entry.name, changed(version, [change]), true);
}
