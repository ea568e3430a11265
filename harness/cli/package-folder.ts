/** Folders of data that come with this package. */
import { fileURLToPath } from 'node:url';

/** Absolute path of a folder under `corpora/`, without a final slash. */
export function corpusFolder(name: 'regressions' | 'known-divergences'): string {
  return fileURLToPath(new URL(`../../../corpora/${name}`, import.meta.url));
}
