// Tests run the command line as users do, as a child process of the compiled tree: compiled once, before all tests.
const { execFileSync } = require('node:child_process');
const { chmodSync, existsSync } = require('node:fs');
const { join } = require('node:path');

module.exports = () => {
  const root = join(__dirname, '..');
  const main = join(root, 'dist/harness/cli/main.js');
  // Incremental, by the same record as `npm run build`: what did not change is not written again under the feet of a process that runs it.
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], {
      cwd: root,
      stdio: 'pipe',
    });
    // The page's script.
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.browser.json'], {
      cwd: root,
      stdio: 'pipe',
    });
  } catch (error) {
    // Types are `npm run check`'s business; what was emitted runs, as jest itself runs what does not type-check.
    if (process.env.CI || !existsSync(main)) throw new Error(`the tree does not compile:\n${error.stdout}`);
    process.stderr.write(`the tree does not type-check:\n${error.stdout}`);
  }
  chmodSync(main, 0o755);
};
