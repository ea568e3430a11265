/** Where a source file of a model can be mutated, and into what: one small change of one expression. */
import { parse } from '@babel/parser';

export interface Mutant {
  readonly file: string;
  /** Offsets of the text that is replaced. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** `a < b` */
  readonly from: string;
  /** `a <= b` */
  readonly to: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number } };
  readonly [key: string]: unknown;
}

/** What each operator is mistaken for. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '??': ['&&'],
};
/** Register types that a slip of the finger confuses. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  UC: ['WB'],
  WB: ['WT'],
  WC: ['UC'],
  WT: ['WB'],
  WP: ['WB'],
  UC_MINUS: ['UC'],
};

/** All mutants of one file, in the order of its text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const tree = parse(text, { sourceType: 'module', plugins: ['typescript'] }) as unknown as Node;
  const found: Mutant[] = [];
  visit(tree, [], (node, parents) => {
    for (const [start, end, to] of changesOf(node, parents, text)) {
      found.push({ file, start, end, line: node.loc.start.line, from: text.slice(start, end), to });
    }
  });
  return found.sort((a, b) => a.start - b.start || (a.to < b.to ? -1 : 1));
}

type Change = readonly [start: number, end: number, to: string];

function changesOf(node: Node, parents: readonly Node[], text: string): Change[] {
  const { start, end } = node;
  const source = text.slice(start, end);
  const parent = parents[parents.length - 1];
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return operatorChanges(node, text);
    case 'BooleanLiteral':
      return [[start, end, source === 'true' ? 'false' : 'true']];
    case 'NumericLiteral':
      return isPosition(parent) ? [] : [[start, end, `(${source} + 1)`]];
    case 'IfStatement':
    case 'ConditionalExpression': {
      const test = node.test as Node;
      return [[test.start, test.end, `!(${text.slice(test.start, test.end)})`]];
    }
    case 'UnaryExpression':
      return node.operator === '!' ? [[start, end, text.slice((node.argument as Node).start, end)]] : [];
    case 'Identifier':
      return isTypeWord(node, parent) ? TYPES[source].map((to): Change => [start, end, to]) : [];
    case 'ExpressionStatement':
      // A call or an assignment that somebody forgot.
      return /^(this|super)\b/.test(source) ? [[start, end, ';']] : [];
    default:
      return [];
  }
}

function operatorChanges(node: Node, text: string): Change[] {
  const [left, right] = [node.left as Node, node.right as Node];
  const operator = String(node.operator);
  const at = text.indexOf(operator, left.end);
  if (at < 0 || at >= right.start) return [];
  return (OPERATORS[operator] ?? []).map((to): Change => [at, at + operator.length, to]);
}

/** A number that names a place, such as an index of a literal array: it is mutated with the text around it. */
function isPosition(parent: Node | undefined): boolean {
  return parent?.type === 'TSLiteralType' || parent?.type === 'TSEnumMember';
}

function isTypeWord(node: Node, parent: Node | undefined): boolean {
  if (!Object.hasOwn(TYPES, String(node.name)) || parent === undefined) return false;
  if (/^(ImportSpecifier|ExportSpecifier|TS)/.test(parent.type)) return false;
  const isKey = parent.type === 'ObjectProperty' && parent.key === node && parent.computed !== true;
  const isMember = parent.type === 'MemberExpression' && parent.property === node && parent.computed !== true;
  return !isKey && !isMember;
}

/** Every node but those of types, with the nodes around it. */
function visit(node: Node, parents: Node[], see: (node: Node, parents: readonly Node[]) => void): void {
  if (/^TS(?!AsExpression|NonNull|Satisfies)/.test(node.type) || node.type === 'ImportDeclaration') return;
  see(node, parents);
  parents.push(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === 'object' && child !== null && typeof (child as Node).type === 'string')
        visit(child as Node, parents, see);
    }
  }
  parents.pop();
}
