/** Releases of a product as data: which of them a version of a model stands for. The text for humans is made from it. */

/** From one release to another, both included. `4.15` as the last one includes 4.15.18; 4.15-rc1 is before `4.15` as the first one. */
export interface ReleaseRange {
  readonly first: string;
  /** Null: the newest, and those to come as far as anybody knows. */
  readonly last: string | null;
  /** No source that was read pins this bound down. */
  readonly isFirstAbout?: true;
  readonly isLastAbout?: true;
}

export interface Releases {
  /** `Linux`, `Xen`; empty of a patch that no release has. */
  readonly product: string;
  /** Oldest first. Stable branches take patches of their own, so that there may be several. Empty: no release has it. */
  readonly ranges: readonly ReleaseRange[];
  /** What else has to be said: `kvm_intel with ept=0`. Printed last. */
  readonly remark?: string;
}

/** `2.6.31 to about 3.12` in parts: a range, as the profiles write it. `6.11.0` alone is the one release, `4.14 and later` is open. */
export function range(text: string): ReleaseRange {
  const [, about, first, rest] = /^(about )?(\S+)(.*)$/.exec(text) ?? [];
  const to = /^ to (about )?(\S+)$/.exec(rest ?? '');
  if (first === undefined || (rest !== '' && rest !== ' and later' && to === null)) throw new RangeError(`no range: ${text}`);
  return {
    first,
    last: rest === ' and later' ? null : (to?.[2] ?? first),
    ...(about === undefined ? {} : { isFirstAbout: true }),
    ...(to?.[1] === undefined ? {} : { isLastAbout: true }),
  };
}

/** `releases('Linux', '4.2.0 to 4.2.3', '4.3-rc1 to 4.3-rc3')` */
export function releases(product: string, ...ranges: readonly string[]): Releases {
  return { product, ranges: ranges.map(range) };
}

/** Of a patch that no release has. @param where who proposed it, when and on what */
export function unmerged(where: string): Releases {
  return { product: '', ranges: [], remark: `unmerged: ${where}` };
}

/** `Linux 4.2.0 to 4.2.3, 4.3-rc1 to 4.3-rc3` */
export function releasesText({ product, ranges, remark }: Releases): string {
  const text = [product, ranges.map(rangeText).join(', ')].filter((part) => part !== '').join(' ');
  return remark === undefined ? text : text === '' ? remark : `${text}${remark.startsWith('(') ? ' ' : ', '}${remark}`;
}

function rangeText({ first, last, isFirstAbout, isLastAbout }: ReleaseRange): string {
  const from = `${isFirstAbout ? 'about ' : ''}${first}`;
  if (last === null) return `${from} and later`;
  return last === first ? from : `${from} to ${isLastAbout ? 'about ' : ''}${last}`;
}

/** Is the release, `5.15` or `4.2.3`, one of them? */
export function coversRelease({ ranges }: Releases, release: string): boolean {
  return ranges.some(
    ({ first, last }) =>
      compareReleases(release, first) >= 0 &&
      (last === null || compareReleases(release, last) <= 0 || release.startsWith(`${last}.`)),
  );
}

/** By their numbers; a release candidate comes before its release, `6.11` is `6.11.0`, and `6.12.y` the last of its branch. */
export function compareReleases(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i] ?? 0, b[i] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** Numbers, three at least, then that of the release candidate: above all of them in a release. */
function partsOf(release: string): number[] {
  const [version, candidate] = release.split('-rc');
  const numbers = version.split('.').map((part) => (part === 'y' ? Infinity : Number(part)));
  while (numbers.length < 4) numbers.push(0);
  return [...numbers, candidate === undefined ? Infinity : Number(candidate)];
}
