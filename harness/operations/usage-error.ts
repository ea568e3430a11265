import { visible } from './visible.js';

/** A user's mistake: one clear sentence, exit code 2, never a stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const SHOWN = 60;

/** How a value that was found reads in an error message: JSON, shortened, invisible characters escaped. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = visible(JSON.stringify(value) ?? String(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}... (${text.length} characters)` : text;
}

/** Where in which file a value stands, and what bounds the machine sets there. */
export class Place {
  constructor(
    readonly file: string,
    readonly path: string,
    /** vCPUs of the machine. */
    readonly vcpus = 8,
    /** First frame number that the machine's MAXPHYADDR excludes. */
    readonly gfnLimit = 2 ** 40,
  ) {}

  /** The place of a key or an element inside this one. */
  at(key: string | number): Place {
    const path =
      typeof key === 'number'
        ? `${this.path}[${key}]`
        : /^[A-Za-z_]\w*$/.test(key)
          ? `${this.path}.${key}`
          : `${this.path}[${shown(key)}]`;
    return new Place(this.file, path, this.vcpus, this.gfnLimit);
  }

  bounded(vcpus: number, gfnLimit: number): Place {
    return new Place(this.file, this.path, vcpus, gfnLimit);
  }

  /** @throws {UsageError} always. */
  fail(found: unknown, expected: string): never {
    this.refuse(`found ${shown(found)}, expected ${expected}`);
  }

  /** @throws {UsageError} always, with a sentence of its own. */
  refuse(problem: string): never {
    throw new UsageError(`${this.file}: ${this.path}: ${problem}`);
  }
}
