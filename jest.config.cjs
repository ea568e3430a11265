// Tests run through swc as CommonJS: jest's module sandbox then needs no experimental flag. Campaign speed is never measured here.
module.exports = {
  testEnvironment: 'node',
  // Child processes of a busy machine take their time; no test judges by it.
  testTimeout: 60_000,
  // jest's own default leaves a core idle: of two, half the machine.
  maxWorkers: '100%',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/build.cjs',
  testSequencer: '<rootDir>/test/sequencer.cjs',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/test/bench/'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
