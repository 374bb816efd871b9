import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { filterOf, type FilterContext } from './filters.ts';
import { keyOf, methodOf } from './methods.ts';
import { pythonCompare, pythonEquals, pythonText } from './python-text.ts';
import {
  floatOf,
  isList,
  isNumber,
  isObject,
  isText,
  itemsOf,
  type JinjaArguments,
  type JinjaValue,
  listOf,
  markNumbered,
  noValue,
  objectOf,
  valueOf,
  variableOf,
} from './runtime-values.ts';
import { formatTime } from './strftime.ts';
import { spendSteps, spendText, TemplateLimit, withinSteps } from './template-work.ts';
import { type Identifier, markBodies, type TemplateNode } from './template-nodes.ts';

const outputMax = 32 * 1024 * 1024; // UTF-16 units; a context of a million tokens is far below
const itemsMax = 1_000_000;
/** UTF-16 units: they are read in 100 ms at most. The longest templates have a quarter. */
const sourceMax = 2 ** 16;
/** The library looks at a run of blanks once for each of them. */
const blankRunMax = 512;
/** Steps that writing a date takes the time of. */
const dateSteps = 10;

interface JinjaEnvironment {
  setVariable(name: string, value: JinjaValue): void;
}
interface JinjaInterpreter {
  evaluate(statement: unknown, environment: unknown): JinjaValue;
  run(program: unknown): JinjaValue;
}
const PlainEnvironment: new () => JinjaEnvironment = Environment;
const PlainInterpreter: new (environment: JinjaEnvironment) => JinjaInterpreter = Interpreter;

/** The message of a template's `raise_exception`. */
export class TemplateRefusal extends Error {}

/**
 * A parsed Jinja template that always ends: steps, lists and output are bounded, because templates come out of model
 * files. Rendering is pure: the clock is passed in.
 */
export class JinjaProgram {
  readonly #program: unknown;

  /** Throws the parser's error for a template that is not Jinja, and TemplateLimit for one that is no template. */
  constructor(source: string) {
    if (source.length > sourceMax) throw new TemplateLimit(`it is longer than ${sourceMax} characters`);
    if (longestBlankRun(source) > blankRunMax)
      throw new TemplateLimit(`it has more than ${blankRunMax} blanks and line ends in a row`);
    this.#program = markBodies(parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })));
  }

  /** Renders the template. Throws TemplateRefusal, TemplateLimit, or an Error for anything else that went wrong. */
  render(variables: Readonly<Record<string, unknown>>, limits: { readonly steps: number; readonly now: Date }): string {
    const environment = new PlainEnvironment();
    const globals: Record<string, unknown> = {
      false: false,
      true: true,
      none: null,
      False: false,
      True: true,
      None: null,
      raise_exception: (message: unknown) => {
        throw new TemplateRefusal(String(message));
      },
      range: boundedRange,
      strftime_now: (format: unknown) => {
        const text = String(format);
        spendSteps(dateSteps);
        spendText(text.length);
        return formatTime(text, limits.now);
      },
    };
    for (const [name, value] of Object.entries(variables)) environment.setVariable(name, variableOf(value));
    for (const [name, value] of Object.entries(globals)) environment.setVariable(name, valueOf(value));
    return withinSteps(limits.steps, () => String(new PythonInterpreter(environment).run(this.#program).value));
  }
}

/** The library's interpreter within bounds, and where it differs from Python's Jinja, as Python has it. */
class PythonInterpreter extends PlainInterpreter {
  #unfinished = ''; // what was written on the way to a `continue` or `break`
  readonly #left = new WeakSet<object>(); // scopes of loops that were left

  override evaluate(statement: unknown, environment: unknown): JinjaValue {
    const node = statement as TemplateNode | undefined;
    if (node?.type === 'Evaluated') return node.evaluated;
    spendSteps(1);
    const result = this.#evaluateAsPython(node, environment);
    const { value } = result;
    if (typeof value === 'string' && value.length > outputMax) throw new TemplateLimit('its text is too long');
    if (!Array.isArray(value)) return result;
    if (value.length > itemsMax) throw new TemplateLimit('it makes too long a list');
    if (node === undefined || !isLookUp(node)) spendSteps(value.length);
    return result;
  }

  #evaluateAsPython(node: TemplateNode | undefined, environment: unknown): JinjaValue {
    switch (node?.type) {
      case 'Block':
        return this.#block(node, environment);
      case 'Output':
        return valueOf(pythonText(this.evaluate(node.expression, environment)));
      case 'TupleLiteral': // the library's loops do not take tuples apart
        return listOf(node.value.map((item) => this.evaluate(item, environment)));
      case 'ObjectLiteral':
        return this.#object(node.value, environment);
      case 'For': {
        const iterable =
          node.iterable.type === 'SelectExpression' ? undefined : this.evaluate(node.iterable, environment);
        if (iterable === undefined) return super.evaluate(node, environment);
        if (isList(iterable)) spendSteps(iterable.value.length); // the body may be empty
        // Text loops by character; a missing value has no rounds.
        return super.evaluate(
          { ...node, iterable: evaluated(isList(iterable) ? iterable : listOf(itemsOf(iterable) ?? [])) },
          environment,
        );
      }
      case 'CallExpression':
        return this.#call(node, environment);
      case 'MemberExpression':
        return this.#member(node, environment);
      case 'FilterExpression':
        return this.#filter(node, environment);
      case 'TestExpression': {
        const operand = this.evaluate(node.operand, environment);
        const own = testOf(node.test.value, operand);
        return own === undefined
          ? super.evaluate({ ...node, operand: evaluated(operand) }, environment)
          : valueOf(own !== node.negate);
      }
      case 'BinaryExpression':
        return this.#binary(node, environment);
      default:
        return super.evaluate(node, environment);
    }
  }

  /** Text that an iteration wrote before `break` or `continue` is kept, as in Python. */
  #block({ body, round }: Extract<TemplateNode, { type: 'Block' }>, environment: unknown): JinjaValue {
    let text = '';
    if (round && typeof environment === 'object' && environment !== null && this.#left.has(environment))
      return valueOf('');
    try {
      for (const statement of body) {
        const written = this.evaluate(statement, environment);
        if (isText(written)) text += written.value;
      }
    } catch (error) {
      const leaves = error instanceof breakError;
      if (!leaves && !(error instanceof continueError)) throw error;
      this.#unfinished = text + this.#unfinished;
      if (!round) throw error;
      text = this.#unfinished;
      this.#unfinished = '';
      // One scope serves all rounds of a loop: those that would follow write nothing.
      if (leaves && typeof environment === 'object' && environment !== null) this.#left.add(environment);
    }
    return valueOf(text);
  }

  #object(members: ReadonlyMap<TemplateNode, TemplateNode>, environment: unknown): JinjaValue {
    const keys: JinjaValue[] = [];
    const entries = new Map<string, JinjaValue>();
    for (const [key, value] of members) {
      const name = this.evaluate(key, environment);
      keys.push(name);
      entries.set(keyOf(name), this.evaluate(value, environment));
    }
    const object = objectOf(entries);
    return keys.length > 0 && keys.every(isNumber) ? markNumbered(object) : object;
  }

  /** A method by its name, which in Python comes before a key of that name. */
  #call(node: Call, environment: unknown): JinjaValue {
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type === 'SliceExpression')
      return super.evaluate(node, environment);
    const object = this.evaluate(callee.object, environment);
    spendValue(object);
    const method = methodOf(object, callee.property.value);
    if (method !== undefined) return spent(method(this.#arguments(node.args, environment)));
    if (isText(object) && callee.property.value === 'split') return this.#split(object, node, environment);
    return spent(super.evaluate({ ...node, callee: { ...callee, object: evaluated(object) } }, environment));
  }

  /** Every part becomes a value, so they are counted before they are made. */
  #split(text: JinjaValue & { readonly value: string }, node: Call, environment: unknown): JinjaValue {
    const args = node.args.map((argument) =>
      argument.type === 'KeywordArgumentExpression'
        ? { ...argument, value: evaluated(this.evaluate(argument.value, environment)) }
        : evaluated(this.evaluate(argument, environment)),
    );
    const [first] = args;
    const separator = first?.type === 'Evaluated' && isText(first.evaluated) ? first.evaluated.value : '';
    if (separator === '') spendSteps(text.value.length >> 1);
    else for (let at = -1; (at = text.value.indexOf(separator, at + 1)) >= 0;) spendSteps(1);
    const callee = { ...node.callee, object: evaluated(text) } as Call['callee'];
    return super.evaluate({ ...node, callee, args }, environment);
  }

  /** A missing member is undefined, whatever the type of its key. */
  #member(node: Extract<TemplateNode, { type: 'MemberExpression' }>, environment: unknown): JinjaValue {
    if (!node.computed) return super.evaluate(node, environment);
    const object = this.evaluate(node.object, environment);
    if (node.property.type === 'SliceExpression') {
      if (isText(object)) spendSteps(object.value.length >> 2); // the library takes it apart
      return super.evaluate({ ...node, object: evaluated(object) }, environment);
    }
    const property = this.evaluate(node.property, environment);
    if (isObject(object) && !isText(property)) return object.value.get(keyOf(property)) ?? noValue;
    if (!isText(property) && !isNumber(property)) return noValue;
    return super.evaluate({ ...node, object: evaluated(object), property: evaluated(property) }, environment);
  }

  #filter(node: Extract<TemplateNode, { type: 'FilterExpression' }>, environment: unknown): JinjaValue {
    const operand = this.evaluate(node.operand, environment);
    const name = node.filter.type === 'CallExpression' ? node.filter.callee.value : node.filter.value;
    spendValue(operand);
    const own = filterOf(name, operand);
    if (own === undefined) return spent(super.evaluate({ ...node, operand: evaluated(operand) }, environment));
    const given = node.filter.type === 'CallExpression' ? this.#arguments(node.filter.args, environment) : nothingGiven;
    return spent(own(operand, given, this.#context(environment)));
  }

  #context(environment: unknown): FilterContext {
    const evaluate = (node: TemplateNode): JinjaValue => this.evaluate(node, environment);
    return {
      filter: (name, operand, { positional }) => {
        const filter =
          positional.length === 0
            ? identifier(name)
            : ({ type: 'CallExpression', callee: identifier(name), args: positional.map(evaluated) } as const);
        return evaluate({ type: 'FilterExpression', operand: evaluated(operand), filter });
      },
      test: (name, operand) =>
        evaluate({ type: 'TestExpression', operand: evaluated(operand), negate: false, test: identifier(name) })
          .value === true,
    };
  }

  #binary(node: Extract<TemplateNode, { type: 'BinaryExpression' }>, environment: unknown): JinjaValue {
    const operator = node.operator.value;
    if (operator === 'and' || operator === 'or') return super.evaluate(node, environment);
    const left = this.evaluate(node.left, environment);
    const right = this.evaluate(node.right, environment);
    spendValue(left);
    spendValue(right);
    if (operator === '==') return valueOf(pythonEquals(left, right));
    if (operator === '!=') return valueOf(!pythonEquals(left, right));
    if (operator === '~') return valueOf(pythonText(left) + pythonText(right));
    if (operator in orders && isText(left) && isText(right))
      return valueOf(orders[operator as keyof typeof orders](pythonCompare(left, right)));
    if (operator === '%' && isNumber(left) && isNumber(right)) return remainder(left, right);
    if (operator === '*' && isText(left) && isNumber(right)) return valueOf(repeated(left.value, Number(right.value)));
    if ((operator === 'in' || operator === 'not in') && !isText(right)) {
      const found = isList(right)
        ? right.value.some((item) => pythonEquals(item, left))
        : isObject(right) && right.value.has(keyOf(left));
      return valueOf(found === (operator === 'in'));
    }
    return super.evaluate({ ...node, left: evaluated(left), right: evaluated(right) }, environment);
  }

  #arguments(nodes: readonly TemplateNode[], environment: unknown): JinjaArguments {
    const positional: JinjaValue[] = [];
    const named = new Map<string, JinjaValue>();
    for (const node of nodes) {
      if (node.type === 'KeywordArgumentExpression') named.set(node.key.value, this.evaluate(node.value, environment));
      else positional.push(this.evaluate(node, environment));
    }
    return { positional, named };
  }
}

type Call = Extract<TemplateNode, { type: 'CallExpression' }>;

/** The steps of going through a value once. */
function spendValue(value: JinjaValue): void {
  if (isText(value)) spendText(value.value.length);
  else if (isList(value)) spendSteps(value.value.length);
  else if (isObject(value)) spendSteps(value.value.size);
}

function spent(value: JinjaValue): JinjaValue {
  spendValue(value);
  return value;
}

function longestBlankRun(source: string): number {
  return (source.match(/\s+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

const breakError = errorOf('Break');
const continueError = errorOf('Continue');

/** The class that the library throws to leave a loop. */
function errorOf(type: string): new () => Error {
  try {
    new PlainInterpreter(new PlainEnvironment()).evaluate({ type }, undefined);
  } catch (error) {
    const found: unknown = error instanceof Error ? error.constructor : undefined;
    if (typeof found === 'function' && found !== Error) return found as new () => Error;
  }
  throw new Error(`the Jinja library has no ${type}`);
}

const nothingGiven: JinjaArguments = { positional: [], named: new Map() };

function identifier(value: string): Identifier {
  return { type: 'Identifier', value };
}

function evaluated(value: JinjaValue): TemplateNode {
  return { type: 'Evaluated', evaluated: value };
}

/** Tests that the library lacks or answers otherwise. */
function testOf(name: string, operand: JinjaValue): boolean | undefined {
  if (name === 'number') return isNumber(operand);
  if (name === 'iterable') return itemsOf(operand) !== undefined;
  return name === 'float' ? operand.type === 'FloatValue' : undefined;
}

/** Whether a list that is there is named: templates look at every message again for each of them. */
function isLookUp(node: TemplateNode): boolean {
  return node.type === 'Identifier' || (node.type === 'MemberExpression' && node.property.type !== 'SliceExpression');
}

const orders = {
  '<': (order: number) => order < 0,
  '>': (order: number) => order > 0,
  '<=': (order: number) => order <= 0,
  '>=': (order: number) => order >= 0,
};

/** With the sign of the divisor. */
function remainder(left: JinjaValue, right: JinjaValue): JinjaValue {
  const divisor = Number(right.value);
  const rest = ((Number(left.value) % divisor) + divisor) % divisor;
  return [left, right].some((one) => one.type === 'FloatValue') ? floatOf(rest) : valueOf(rest);
}

function repeated(text: string, times: number): string {
  if (text.length * times > outputMax) throw new TemplateLimit('its text is too long');
  return text.repeat(Math.max(0, times));
}

function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= itemsMax)) throw new TemplateLimit('it asks for too long a range');
  return Array.from({ length: count }, (_, index) => start + index * step);
}
