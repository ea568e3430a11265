/** Folders of data: those that come with this package, which nobody writes, and those of the user's project. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Corpus = 'regressions' | 'known-divergences' | 'conformance';

/** Absolute path of a folder under `corpora/` of the package, without a final slash. */
export function corpusFolder(name: Corpus): string {
  return fileURLToPath(new URL(`../../../corpora/${name}`, import.meta.url));
}

/** The folder of that name in the working directory: what commands write into unless another one is named. */
export function userFolder(name: Corpus): string {
  return join('corpora', name);
}
