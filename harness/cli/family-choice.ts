/** The lines of versions that `--family` names. */
import { type VersionLine, versionLines } from '../history/version-line.js';
import { shown, UsageError } from '../operations/usage-error.js';
import { PROFILES } from '../../models/registry.js';

/** Lines by the name of a family or of a line; all without one. @throws {UsageError} */
export function linesOf(family: string | undefined): VersionLine[] {
  const lines = versionLines(PROFILES);
  if (family === undefined) return lines;
  const isNamed = ({ name, versions, proposals }: VersionLine) =>
    name === family || [...versions, ...proposals].some(({ lineage }) => lineage === family);
  const found = lines.filter(isNamed);
  if (found.length === 0)
    throw new UsageError(`--family: found ${shown(family)}, expected one of ${lines.map(({ name }) => name).join(' ')}`);
  return found;
}
