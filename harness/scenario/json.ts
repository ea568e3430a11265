/** JSON text to a value, refusing what JSON.parse passes in silence: repeated keys and deep nesting. */
import { createScanner, type ParseError, printParseErrorCode, visit } from 'jsonc-parser';
import { shown, UsageError } from '../operations/usage-error.js';

const DEEPEST = 64;
/** Tokens of jsonc-parser's scanner (its SyntaxKind is an ambient const enum, which isolated modules cannot read). */
const OPEN = [1, 3];
const CLOSE = [2, 4];
const END_OF_FILE = 17;

/** @throws {UsageError} naming line and column. */
export function readJson(text: string, file: string): unknown {
  const problem = firstProblem(text);
  if (problem !== null) throw new UsageError(`${file}: ${lineAndColumn(text, problem.offset)}: ${problem.message}`);
  return JSON.parse(text);
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

/** jsonc-parser reports every event with its place; comments and trailing commas are errors to it as to JSON. */
function firstProblem(text: string): Problem | null {
  if (text.trim() === '') return { offset: 0, message: 'found an empty file, expected a JSON document' };
  const deep = tooDeepAt(text);
  if (deep !== null) return { offset: deep, message: `found nesting deeper than ${DEEPEST}, expected at most ${DEEPEST} levels` };
  const problems: Problem[] = [];
  const open: Set<string>[] = [];
  const enter = () => void open.push(new Set());
  const leave = () => void open.pop();
  visit(
    text,
    {
      onObjectBegin: enter,
      onArrayBegin: enter,
      onObjectEnd: leave,
      onArrayEnd: leave,
      onObjectProperty(name, offset) {
        const names = open[open.length - 1];
        if (names?.has(name))
          problems.push({ offset, message: `found the key ${shown(name)} a second time, expected each key once` });
        names?.add(name);
      },
      onError(error: ParseError['error'], offset) {
        problems.push({ offset, message: `found no valid JSON (${printParseErrorCode(error)}), expected a JSON document` });
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return problems.sort((a, b) => a.offset - b.offset)[0] ?? null;
}

/** Offset of the first bracket nested too deep; without recursion, so that no input exhausts the stack. */
function tooDeepAt(text: string): number | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token = scanner.scan(); token !== END_OF_FILE; token = scanner.scan()) {
    if (OPEN.includes(token)) depth++;
    if (CLOSE.includes(token)) depth--;
    if (depth > DEEPEST) return scanner.getTokenOffset();
  }
  return null;
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before[before.length - 1].length + 1}`;
}
