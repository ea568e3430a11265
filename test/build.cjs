// Tests run the command line as users do, as a child process of the compiled tree: compiled once, before all tests.
const { execFileSync } = require('node:child_process');
const { chmodSync } = require('node:fs');
const { join } = require('node:path');

module.exports = () => {
  const root = join(__dirname, '..');
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], {
      cwd: root,
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error(`the tree does not compile:\n${error.stdout}`);
  }
  chmodSync(join(root, 'dist/harness/cli/main.js'), 0o755);
};
