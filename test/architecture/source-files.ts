/** The product's source files and what each imports, read as text: what no compiler option and no linter rule can check. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const ROOT = join(__dirname, '../..');

export interface Import {
  /** A file of the tree without its extension (`models/contract/msr`), `node:fs`, or the name of a package. */
  readonly target: string;
  /** `import type`: gone after compilation. */
  readonly isType: boolean;
}

export interface SourceFile {
  /** From the root of the repository: `harness/run/run.ts`. */
  readonly path: string;
  readonly lines: number;
  /** Without comments. */
  readonly code: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Every TypeScript file under `models` and `harness`, sorted by path. */
export function sourceFiles(): SourceFile[] {
  return ['models', 'harness'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => sourceFile(posix.join(folder, file), readFileSync(join(ROOT, folder, file), 'utf8')))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
}

export function sourceFile(path: string, text: string): SourceFile {
  const code = withoutComments(text);
  return { path, text, code, lines: text.split('\n').length - 1, imports: importsOf(path, code) };
}

/** Strings that look like comments do not occur in import statements; elsewhere a lost half-line does no harm. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

const STATEMENT = /\b(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\sfrom\s+)?'([^']+)'/g;
const CALL = /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g;

function importsOf(path: string, code: string): Import[] {
  const statements = [...code.matchAll(STATEMENT)].map(([, type, target]) => ({ target, isType: type !== undefined }));
  const calls = [...code.matchAll(CALL)].map(([, target]) => ({ target, isType: false }));
  return [...statements, ...calls].map(({ target, isType }) => ({ target: resolved(path, target), isType }));
}

function resolved(path: string, target: string): string {
  return target.startsWith('.') ? posix.join(dirname(path), target).replace(/\.js$/, '') : target;
}
