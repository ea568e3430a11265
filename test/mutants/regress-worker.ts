/** Runs in a thread of its own, so that a mutant that loops can be ended: what `emtdiff regress` says of one folder of models, up to the first change. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

const { package: folder, family } = workerData as { readonly package: string; readonly family: string };
const built = (path: string) => import(pathToFileURL(join(folder, 'dist', path)).href);

try {
  const { PROFILES } = await built('models/registry.js');
  const { answerFiles, replayFile } = await built('harness/conformance/answer-files.js');
  let seen: string | null = null;
  for (const path of answerFiles(join(folder, 'corpora/conformance', family))) {
    const { changes } = replayFile(path, PROFILES);
    if (changes.length > 0) {
      seen = `${changes.length} answers changed, first of ${changes[0].profile}`;
      break;
    }
  }
  parentPort?.postMessage(seen);
} catch (error) {
  parentPort?.postMessage(`fails: ${(error as Error).message.split('\n')[0]}`);
}
