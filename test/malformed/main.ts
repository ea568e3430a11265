/** `npm run malformed [-- DOCUMENTS [SEED]]`: 100,000 broken documents of each kind; exit 1 if one crashes a reader or loses something. */
import { resolve } from 'node:path';
import { searchMalformed } from './search.js';

const [documents = '100000', seed = '1'] = process.argv.slice(2);
const outcomes = searchMalformed(resolve('dist/harness/cli/main.js'), Number(documents), Number(seed));
for (const { kind, refused, accepted, wrong } of outcomes) {
  process.stdout.write(`${kind}: ${refused} refused, ${accepted} accepted, ${wrong.length} wrong\n`);
  for (const text of wrong) process.stdout.write(`  ${text}\n`);
}
process.exitCode = outcomes.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
