import { parseSync } from 'oxc-parser';

/** One small change of a source. */
export interface Mutant {
  /** What kind of change it is. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly replacement: string;
  readonly line: number;
  /** The text of that line. */
  readonly context: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

type Change = Pick<Mutant, 'kind' | 'start' | 'end' | 'replacement'>;

const short = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** How a mutant is called in reports and in mutants-explained.json: it outlives moves within the file. */
export const nameOf = ({ original, replacement, context }: Mutant): string => {
  const name = `${short(original)} → ${short(replacement) || 'nothing'}`;
  return original.length < 20 ? `${name} in: ${context}` : name;
};

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

const OPERATORS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '||=': '&&=',
  '+=': '-=',
  '-=': '+=',
  '|': '&',
  '&': '|',
};

const isText = (value: unknown) =>
  isNode(value) && (value.type === 'TemplateLiteral' || (value.type === 'Literal' && typeof value.value === 'string'));

/** The other operator in the place of this one. */
function* operatorChanges({ left, right, operator, start, end }: Node, source: string): Generator<Change> {
  if (!isNode(left) || !isNode(right) || typeof operator !== 'string') return;
  const other = OPERATORS[operator];
  if (other === undefined || (operator.startsWith('+') && (isText(left) || isText(right)))) return;
  const at = source.indexOf(operator, left.end);
  // In parentheses, since the other may bind less.
  const replacement = `(${source.slice(start, at)}${other}${source.slice(at + operator.length, end)})`;
  yield { kind: 'operator', start, end, replacement };
}

/** A condition that is its opposite. What is decided by one operator is changed there. */
function* conditionChanges({ test }: Node, source: string): Generator<Change> {
  if (!isNode(test) || test.type === 'BinaryExpression') return;
  yield {
    kind: 'condition',
    start: test.start,
    end: test.end,
    replacement: `!(${source.slice(test.start, test.end)})`,
  };
}

/** What is logged is for people, and no test reads it. */
const LOG = /^[\w.#]*\blog\.(?:info|warn|error)\(/;

/** A statement that is not there. */
function* statementChanges({ start, end }: Node, source: string): Generator<Change> {
  if (
    !/^(?:await )?(?:this\.)?#?(?:context\.)?log\./.test(source.slice(start, end)) &&
    !/context\.log\./.test(source.slice(start, end).split('\n')[0] ?? '')
  ) {
    yield { kind: 'statement', start, end, replacement: ';' };
  }
}

/** Another value where one is handed back. */
function* valueChanges(value: unknown): Generator<Change> {
  if (!isNode(value) || value.type === 'BlockStatement' || value.type === 'JSXElement') return;
  if (value.type === 'Identifier' && value.name === 'undefined') return;
  if (value.type === 'ObjectExpression' && Array.isArray(value.properties) && value.properties.length === 0) return;
  yield { kind: 'value', start: value.start, end: value.end, replacement: '(undefined)' };
}

/** Lists and objects that lack one of their parts. */
function* partChanges(parts: unknown, source: string): Generator<Change> {
  for (const { start, end } of Array.isArray(parts) ? parts.filter(isNode) : []) {
    const comma = /^\s*,/.exec(source.slice(end))?.[0].length ?? 0;
    yield { kind: 'part', start, end: end + comma, replacement: '' };
  }
}

/** A condition up to where another clause begins; one pair of parentheses may be in it. */
const CONDITION =
  /\b(?:WHERE|AND)\s+((?:[^()]|\((?:[^()]|\([^()]*\))*\))+?)(?=\s+AND\b|\s+(?:ORDER|GROUP|LIMIT|RETURNING)\b|\)|$)/g;
const ASSIGNMENT = /(?<=\bSET\s|,\s)(\w+) = ((?:[^(),$]|\$\d|\([^()]*\))+?)(?=,|\s+WHERE\b|$)/g;

/** SQL whose fences are open: no parameter is left over, or the database would notice. */
function* sqlChanges(node: Node, source: string): Generator<Change> {
  const quoted = source.slice(node.start + 1, node.end - 1);
  if (!/^\s*(?:SELECT|UPDATE|DELETE|INSERT)\b/.test(quoted)) return;
  const at = (index: number) => node.start + 1 + index;
  // Also those within the parentheses of another.
  for (let from = 0; ;) {
    CONDITION.lastIndex = from;
    const match = CONDITION.exec(quoted);
    const condition = match?.[1];
    if (!match || condition === undefined) break;
    const start = match.index + match[0].length - condition.length;
    yield { kind: 'sql', start: at(start), end: at(start + condition.length), replacement: `(${condition} OR 1 = 1)` };
    from = start;
  }
  for (const match of quoted.matchAll(ASSIGNMENT)) {
    const [all, column = '', value = ''] = match;
    if (value === column) continue;
    const replacement = `${column} = CASE WHEN 1 = 1 THEN ${column} ELSE ${value} END`;
    yield { kind: 'sql', start: at(match.index), end: at(match.index + all.length), replacement };
  }
  for (const match of quoted.matchAll(/ORDER BY \w+\b(?! DESC)/g)) {
    const [all] = match;
    yield { kind: 'sql', start: at(match.index), end: at(match.index + all.length), replacement: `${all} DESC` };
  }
}

function* literalChanges(node: Node, source: string): Generator<Change> {
  if (typeof node.value === 'string') yield* sqlChanges(node, source);
  if (typeof node.value !== 'boolean') return;
  yield { kind: 'value', start: node.start, end: node.end, replacement: String(!node.value) };
}

/** What could be changed at a node of a type: at itself and not at what is in it. */
const CHANGES: Readonly<Record<string, (node: Node, source: string) => Iterable<Change>>> = {
  BinaryExpression: operatorChanges,
  LogicalExpression: operatorChanges,
  AssignmentExpression: operatorChanges,
  IfStatement: (node, source) => [
    ...(node.alternate === null ? statementChanges(node, source) : []),
    ...conditionChanges(node, source),
  ],
  ConditionalExpression: conditionChanges,
  WhileStatement: conditionChanges,
  ExpressionStatement: statementChanges,
  BreakStatement: statementChanges,
  ContinueStatement: statementChanges,
  ReturnStatement: ({ argument }) => valueChanges(argument),
  ArrowFunctionExpression: ({ body }) => valueChanges(body),
  ArrayExpression: ({ elements }, source) => partChanges(elements, source),
  ObjectExpression: ({ properties }, source) => partChanges(properties, source),
  TemplateLiteral: sqlChanges,
  Literal: literalChanges,
};

const isOfTypes = ({ type }: Node) => type.startsWith('TS') && !/^TS(?:As|NonNull|Satisfies)/.test(type);

const isLog = ({ type, start, end }: Node, source: string) =>
  type === 'CallExpression' && LOG.test(source.slice(start, end));

function* walk(node: Node, source: string, parent?: Node): Generator<Change> {
  if (isOfTypes(node) || isLog(node, source) || node.type === 'ImportDeclaration') return;
  // A row of a table goes as a whole.
  const isRow = node.type === 'ArrayExpression' && parent?.type === node.type;
  if (!isRow) yield* CHANGES[node.type]?.(node, source) ?? [];
  for (const child of childrenOf(node)) yield* walk(child, source, node);
}

/** All mutants of a source that can be parsed, in the order of their places. */
export function mutantsOf(file: string, source: string): Mutant[] {
  // The parser's types are too many to name here; all nodes have what `Node` says.
  const program = parseSync(file, source).program as unknown as Node;
  return [...walk(program, source)]
    .map((change) => {
      const line = source.slice(0, change.start).split('\n').length;
      const original = source.slice(change.start, change.end);
      return { ...change, original, line, context: short(source.split('\n')[line - 1] ?? '') };
    })
    .filter(
      ({ start, end, replacement }) =>
        parseSync(file, source.slice(0, start) + replacement + source.slice(end)).errors.length === 0,
    )
    .toSorted((one, other) => one.start - other.start);
}
