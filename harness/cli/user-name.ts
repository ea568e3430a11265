/** Who types: as the system knows them. */
import { userInfo } from 'node:os';
import { UsageError } from '../operations/usage-error.js';

/** @throws {UsageError} in a container whose user has no name */
export function userName(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  try {
    return userInfo().username;
  } catch {
    const name = [environment.USER, environment.LOGNAME].find((one) => one?.trim());
    if (name !== undefined) return name;
    throw new UsageError('--by: found no name for this user in the system, expected --by NAME');
  }
}
