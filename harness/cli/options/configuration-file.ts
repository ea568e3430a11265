/** Where a configuration stands: a file that was named, else one in the working directory. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readTextFile } from '../../files/reading.js';
import { Place, UsageError } from '../../operations/usage-error.js';
import { readJson } from '../../scenario/json.js';
import { configurationLayer } from './configuration.js';
import type { Layer } from './layer.js';

const NAMES = ['emtdiff.config.js', 'emtdiff.config.json'];
const MANIFEST = 'package.json';

export interface ConfigurationFile {
  readonly path: string;
  readonly layer: Layer;
}

/**
 * @param asked a path; undefined: look in the folder, and nowhere above it
 * @throws {UsageError} for a file that is none, and for two of which neither was asked for
 */
export async function readConfiguration(asked: string | undefined, folder: string): Promise<ConfigurationFile | null> {
  const path = asked ?? onlyOne(folder);
  if (path === null) return null;
  const isManifest = basename(path) === MANIFEST;
  const value = isManifest ? ofManifest(path) : /\.[cm]?js$/.test(path) ? await ofModule(path) : readJson(readText(path), path);
  return { path, layer: configurationLayer(value, new Place(path, isManifest ? '$.emtdiff' : '$'), dirname(path)) };
}

function onlyOne(folder: string): string | null {
  const found = NAMES.map((name) => join(folder, name)).filter((path) => existsSync(path));
  const manifest = join(folder, MANIFEST);
  if (existsSync(manifest) && ofManifest(manifest) !== undefined) found.push(manifest);
  if (found.length > 1)
    throw new UsageError(
      `${found[1]}: found a configuration beside that of ${found[0]}, expected one of the two, or --config FILE`,
    );
  return found[0] ?? null;
}

/** npm's file, not ours: only its key `emtdiff` is. */
function ofManifest(path: string): unknown {
  try {
    const text = readText(path);
    // npm takes the last of two keys in silence; where ours is among them, nobody knows which was meant.
    return (JSON.parse(text) as { emtdiff?: unknown } | null)?.emtdiff === undefined
      ? undefined
      : (readJson(text, path) as { emtdiff: unknown }).emtdiff;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: found no valid JSON (${(error as Error).message}), expected a package.json`);
  }
}

async function ofModule(path: string): Promise<unknown> {
  if (!existsSync(path)) readText(path);
  try {
    return ((await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }).default;
  } catch (error) {
    const [reason] = String((error as Error)?.message ?? error).split('\n');
    throw new UsageError(`${path}: found ${reason}, expected a module whose default export is the configuration`);
  }
}

function readText(path: string): string {
  return readTextFile(path, 'a configuration');
}
