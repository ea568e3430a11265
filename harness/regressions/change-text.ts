/** A regression's changes as people review them: per changed profile, json-diff of the answers that changed. */
import { stepInWords } from '../operations/registry.js';
import type { Change } from './replay.js';
import type { Regression } from './regression.js';

/** Lines of text, two columns in. json-diff is loaded when something changed. */
export async function changeLines(regression: Regression, changes: readonly Change[]): Promise<string[]> {
  if (changes.length === 0) return [];
  const { diffString } = await import('json-diff');
  const profiles = [...new Set(changes.map(({ profile }) => profile))];
  return profiles.flatMap((profile) => {
    const own = changes.filter((change) => change.profile === profile);
    const keyed = (side: 'expected' | 'got') =>
      Object.fromEntries(
        own.map((change) => [`step ${change.step}: ${stepInWords(regression.scenario.steps[change.step])}`, change[side]]),
      );
    const text: string = diffString(keyed('expected'), keyed('got'), { color: false, full: true });
    return [
      `  ${profile}`,
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`),
    ];
  });
}
