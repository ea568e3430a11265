/** `emtdiff models --kernel RELEASE`: as which profiles a release of Linux answers, family by family. */
import { UsageError } from '../operations/usage-error.js';
import type { Profile } from '../../models/contract/model.js';
import { holding, isRelease, nearestTo, released, withSpan } from './profile-release.js';

export interface KernelAnswer {
  readonly family: string;
  /** Empty: the family has no profile for the release. */
  readonly profiles: readonly Pick<Profile, 'name' | 'span'>[];
  /** Where it has none: what begins before and after it. */
  readonly nearest: readonly Pick<Profile, 'name' | 'span'>[];
}

/** @throws {UsageError} for what is no release */
export function kernelAnswers(release: string, profiles: readonly Profile[]): KernelAnswer[] {
  if (!isRelease(release))
    throw new UsageError(`--kernel: found ${JSON.stringify(release)}, expected a release of Linux such as 5.15 or 6.1.192`);
  const ofLinux = released(profiles).filter(({ releases }) => releases.product === 'Linux');
  return [...new Set(ofLinux.map(({ lineage }) => lineage))].map((family) => {
    const members = ofLinux.filter(({ lineage }) => lineage === family);
    const found = holding(release, members);
    return { family, profiles: found.map(shown), nearest: found.length > 0 ? [] : nearestTo(release, members).map(shown) };
  });
}

const shown = ({ name, span }: Profile) => ({ name, span });

export function kernelAnswersText(release: string, answers: readonly KernelAnswer[]): string {
  const lines = answers.flatMap(({ profiles, nearest, family }) =>
    profiles.length > 0
      ? profiles.map(({ name, span }) => `  ${name.padEnd(28)} ${span}`)
      : [`  ${family.padEnd(28)} no profile; nearest: ${nearest.map(withSpan).join(' ')}`],
  );
  return `Linux ${release} answers as\n${lines.join('\n')}\n`;
}
