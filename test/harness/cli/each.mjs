/** Command lines one after the other in one process: reads a list of argument lists on stdin, writes what each did, as JSON. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [main] = process.argv.slice(2);
const commands = JSON.parse(readFileSync(0, 'utf8'));
const { stdout, stderr } = process;
const write = { stdout: stdout.write.bind(stdout), stderr: stderr.write.bind(stderr) };
// The command line listens for a reader that goes away, each time.
stdout.setMaxListeners(0);
stderr.setMaxListeners(0);

const results = [];
for (const [index, args] of commands.entries()) {
  const ran = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    process[name].write = (text) => {
      ran[name] += text;
      return true;
    };
  process.argv.length = 2;
  process.argv.push(...args);
  process.exitCode = undefined;
  // Another query, another module: the command line runs from its first statement, on modules that are loaded already.
  await import(`${pathToFileURL(main).href}?${index}`);
  // It says that it is done by its exit code.
  while (process.exitCode === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  ran.code = process.exitCode;
  results.push(ran);
}
Object.assign(stdout, { write: write.stdout });
process.exitCode = 0;
stdout.write(JSON.stringify(results));
