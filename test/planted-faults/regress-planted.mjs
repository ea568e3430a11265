// Says what `emtdiff regress` finds first in each of the changed folders of models. Modules load once in a process, so that this is one of its own.
// Input: {dist, answers, lines: [{family, file, from, to}]}; output: per line the first profile that changed and the rules of its changes, or null.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { dist, answers, lines } = JSON.parse(readFileSync(0, 'utf8'));
const load = (path) => import(pathToFileURL(path).href);
const { answerFiles, replayFile } = await load(join(dist, 'harness/conformance/answer-files.js'));
const folder = mkdtempSync(join(tmpdir(), 'emtdiff-planted-'));
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
cpSync(join(dist, 'models/contract'), join(folder, 'contract'), { recursive: true });

async function firstChange({ family, file, from, to }, number) {
  const copy = join(folder, `${family}-${number}`);
  cpSync(join(dist, 'models', family), copy, { recursive: true });
  const sound = readFileSync(join(copy, file), 'utf8');
  if (sound.split(from).length !== 2) throw new Error(`${family}/${file}: not once: ${from}`);
  writeFileSync(join(copy, file), sound.replace(from, to));
  const { profiles } = await load(join(copy, 'versions.js'));
  for (const path of answerFiles(join(answers, family))) {
    const { changes } = replayFile(path, profiles);
    const rules = changes.flatMap(({ recorded, today }) => [recorded?.rule, today?.rule]).filter((rule) => rule !== undefined);
    if (rules.length > 0) return { profile: changes[0].profile, rules: [...new Set(rules)] };
  }
  return null;
}

const found = [];
for (const [number, line] of lines.entries()) found.push(await firstChange(line, number));
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(found));
