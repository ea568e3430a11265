/**
 * A thread that says of one mutant after the other what `emtdiff regress` sees of it, up to the first change. Only the mutant's folder of
 * models is loaded anew, from a copy beside it, so that everything else stays warm; a mutant that loops is ended with the thread.
 */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Profile } from '../../models/contract/model.js';

export interface MutantTask {
  readonly number: number;
  readonly family: string;
  /** Compiled, below the family's folder. */
  readonly file: string;
  readonly code: string;
}

const { package: folder } = workerData as { readonly package: string };
const built = (path: string) => import(pathToFileURL(join(folder, 'dist', path)).href);
const replaying = built('harness/conformance/answer-files.js') as Promise<
  typeof import('../../harness/conformance/answer-files.js')
>;

parentPort?.on('message', (task: MutantTask) => {
  verdictOn(task).then(
    (verdict) => parentPort?.postMessage(verdict),
    (error: Error) => parentPort?.postMessage(`fails: ${error.message.split('\n')[0]}`),
  );
});

async function verdictOn({ number, family, file, code }: MutantTask): Promise<string | null> {
  const copy = `${family}~${number}`;
  const models = join(folder, 'dist/models');
  try {
    cpSync(join(models, family), join(models, copy), { recursive: true });
    writeFileSync(join(models, copy, file), code);
    const { profiles } = (await built(join('models', copy, 'versions.js'))) as { profiles: readonly Profile[] };
    return await changeOf(profiles, family);
  } finally {
    rmSync(join(models, copy), { recursive: true, force: true });
  }
}

async function changeOf(profiles: readonly Profile[], family: string): Promise<string | null> {
  const { answerFiles, replayFile } = await replaying;
  for (const part of [family, 'real', 'recorded']) {
    for (const path of answerFiles(join(folder, 'corpora/conformance', part))) {
      const { changes } = replayFile(path, profiles);
      if (changes.length > 0) return `${changes.length} answers changed, first of ${changes[0].profile}`;
    }
  }
  return null;
}
