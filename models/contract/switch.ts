/** Switches: in what the versions of one model differ, by name. What a value does is the model's; here are the words for it. */
import type { Model } from './model.js';

export type SwitchValue = boolean | string;

/** A switch as a model defines it. */
export interface SwitchText<V extends SwitchValue = SwitchValue> {
  /** What it decides. */
  readonly meaning: string;
  readonly values: readonly V[];
}

export type SwitchTexts = Readonly<Record<string, SwitchText>>;
/** The record that a model takes: a value for each switch. */
export type SwitchesOf<T extends SwitchTexts> = { readonly [K in keyof T]: T[K] extends SwitchText<infer V> ? V : never };

/** @param meaning what is so where it is on */
export function toggle(meaning: string): SwitchText<boolean> {
  return { meaning, values: [false, true] };
}

export function choice<const V extends string>(meaning: string, ...values: readonly V[]): SwitchText<V> {
  return { meaning, values };
}

/** A switch as a profile shows it. */
export interface Switch extends SwitchText {
  readonly name: string;
  /** In this profile. */
  readonly value: SwitchValue;
  /** The commit that gave it this value, else the patch in words; null: nobody knows, or it has had it from the first version on. */
  readonly by: string | null;
}

/** One commit's part in a version: the switches that it set. */
export interface VersionChange<S = Readonly<Record<string, SwitchValue>>> {
  readonly by: string | null;
  readonly switches: Partial<S>;
}

export type SwitchOverrides = Readonly<Record<string, SwitchValue>>;

/** A switch or a value that the model does not have. */
export class UnknownSwitch extends Error {
  override readonly name = 'UnknownSwitch';

  constructor(
    /** `leaf`, or `leaf=purple` where the value is wrong. */
    readonly found: string,
    readonly expected: readonly string[],
  ) {
    super(`${found}: expected ${expected.join(', ')}`);
  }
}

/** The record with the overrides in it. @throws {UnknownSwitch} */
export function overridden<T extends SwitchTexts>(texts: T, values: SwitchesOf<T>, overrides: SwitchOverrides): SwitchesOf<T> {
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(texts, name)) throw new UnknownSwitch(name, Object.keys(texts));
    if (!texts[name].values.includes(value)) throw new UnknownSwitch(`${name}=${value}`, texts[name].values.map(String));
  }
  return { ...values, ...overrides };
}

export type Create<S> = (switches: S) => Model;
