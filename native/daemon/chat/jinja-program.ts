import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';

const outputMax = 32 * 1024 * 1024; // UTF-16 units; a context of a million tokens is far below
const itemsMax = 1_000_000;

/** What is used of the library's classes; its declarations do not resolve under Node's module rules. */
interface JinjaValue {
  readonly type: string;
  readonly value: unknown;
  readonly builtins: Map<string, unknown>;
}
interface JinjaEnvironment {
  set(name: string, value: unknown): JinjaValue;
}
type NativeFunction = (args: readonly JinjaValue[]) => JinjaValue;
interface JinjaInterpreter {
  evaluate(statement: unknown, environment: unknown): JinjaValue;
  run(program: unknown): JinjaValue;
}
const PlainEnvironment: new () => JinjaEnvironment = Environment;
const PlainInterpreter: new (environment: JinjaEnvironment) => JinjaInterpreter = Interpreter;

/** What a template said with `raise_exception`. */
export class TemplateRefusal extends Error {}

/** A template would take too long or write too much, whatever it is given. */
export class TemplateLimit extends Error {}

/**
 * A parsed Jinja template that always ends: steps, lists and output are bounded, because templates come out of model
 * files. Rendering is pure: the clock is passed in.
 */
export class JinjaProgram {
  readonly #program: unknown;

  /** Throws the parser's error for a template that is not Jinja. */
  constructor(source: string) {
    this.#program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  }

  /** Text of the template with these variables. Throws TemplateRefusal, or an Error for anything else that went wrong. */
  render(variables: Readonly<Record<string, unknown>>, limits: { readonly steps: number; readonly now: Date }): string {
    const environment = new PlainEnvironment();
    const globals: Record<string, unknown> = {
      false: false, true: true, none: null, False: false, True: true, None: null,
      raise_exception: (message: unknown) => { throw new TemplateRefusal(String(message)); },
      range: boundedRange,
      strftime_now: (format: unknown) => formatTime(String(format), limits.now),
    };
    for (const [name, value] of Object.entries({ ...variables, ...globals })) environment.set(name, value);
    const result = new BoundedInterpreter(environment, limits.steps).run(this.#program);
    return String(result.value);
  }
}

class BoundedInterpreter extends PlainInterpreter {
  #steps: number;
  readonly #values: JinjaValues;

  constructor(environment: JinjaEnvironment, steps: number) {
    super(environment);
    this.#steps = steps;
    this.#values = new JinjaValues();
  }

  override evaluate(statement: unknown, environment: unknown): JinjaValue {
    if (--this.#steps < 0) throw new TemplateLimit('it takes too many steps');
    const result = this.#evaluateAsPython(statement, environment);
    const { value } = result;
    if (typeof value === 'string' && value.length > outputMax) throw new TemplateLimit('its text is too long');
    if (!Array.isArray(value)) return result;
    if (value.length > itemsMax) throw new TemplateLimit('it makes too long a list');
    this.#steps -= value.length; // a loop over it evaluates nothing where its body is empty
    if (result.type === 'ArrayValue') this.#values.addListMethods(result, value);
    return result;
  }

  #evaluateAsPython(statement: unknown, environment: unknown): JinjaValue {
    try {
      return super.evaluate(statement, environment);
    } catch (error) {
      const substitute = error instanceof Error ? forUndefined(error.message) : undefined;
      if (substitute === undefined) throw error;
      return substitute === 'text' ? this.#values.noText : this.#values.undefinedValue;
    }
  }
}

/**
 * What Python's Jinja makes of an undefined value where the library throws (tools that lack a description or a type):
 * a loop over it has no rounds, a text filter gives no text, an index with it finds nothing.
 */
function forUndefined(message: string): 'text' | 'undefined' | undefined {
  if (message.startsWith('Expected iterable or object type in for loop: got UndefinedValue')) return 'text';
  if (/^Cannot apply filter "(trim|lower|upper|title|capitalize|string|safe)" to type: UndefinedValue/.test(message)) return 'text';
  return /^Cannot access property with non-string(\/non-number)?: got UndefinedValue/.test(message) ? 'undefined' : undefined;
}

/** The methods of Python lists that real templates use (Kimi K2 queues call ids) and the library does not have. */
class JinjaValues {
  readonly noText: JinjaValue;
  readonly undefinedValue: JinjaValue;
  readonly #none: JinjaValue;
  readonly #integer: (value: number) => JinjaValue;
  readonly #functionClass: new (call: NativeFunction) => JinjaValue;

  constructor() {
    const make = new PlainEnvironment();
    this.noText = make.set('text', '');
    this.undefinedValue = make.set('undefined', undefined);
    this.#none = make.set('none', null);
    this.#integer = (value) => new PlainEnvironment().set('integer', value);
    const isFunctionClass = (value: unknown): value is new (call: NativeFunction) => JinjaValue => typeof value === 'function';
    const functionClass: unknown = make.set('function', () => null).constructor;
    if (!isFunctionClass(functionClass)) throw new Error('the Jinja library has no function values');
    this.#functionClass = functionClass;
  }

  addListMethods(list: JinjaValue, items: JinjaValue[]): void {
    const { builtins } = list;
    if (builtins.has('append')) return;
    const define = (name: string, call: (first: JinjaValue | undefined, second: JinjaValue | undefined) => JinjaValue): void => {
      builtins.set(name, new this.#functionClass((args) => call(args[0], args[1])));
    };
    const changed = (change: () => void): JinjaValue => {
      change();
      builtins.set('length', this.#integer(items.length));
      return this.#none;
    };
    define('append', (item) => changed(() => void items.push(item ?? this.#none)));
    define('extend', (more) => changed(() => void items.push(...(Array.isArray(more?.value) ? (more.value as JinjaValue[]).slice(0, itemsMax / 10) : []))));
    define('insert', (at, item) => changed(() => void items.splice(Number(at?.value ?? 0), 0, item ?? this.#none)));
    define('pop', (at) => {
      const [item] = items.splice(at === undefined ? -1 : Number(at.value), 1);
      if (item === undefined) throw new Error('it takes an item from an empty list');
      changed(() => undefined);
      return item;
    });
  }
}

function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= itemsMax)) throw new TemplateLimit('it asks for too long a range');
  return Array.from({ length: count }, (_, index) => start + index * step);
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** C's strftime as far as templates use it, in local time. Unknown conversions stay as they are. */
export function formatTime(format: string, time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = months[time.getMonth()] ?? '';
  const day = days[time.getDay()] ?? '';
  const yearStart = new Date(time.getFullYear(), 0, 1);
  const conversions: Record<string, string> = {
    Y: String(time.getFullYear()), y: two(time.getFullYear() % 100), m: two(time.getMonth() + 1), d: two(time.getDate()),
    e: String(time.getDate()).padStart(2, ' '), H: two(time.getHours()), I: two(time.getHours() % 12 || 12), M: two(time.getMinutes()),
    S: two(time.getSeconds()), p: time.getHours() < 12 ? 'AM' : 'PM', B: month, b: month.slice(0, 3), A: day, a: day.slice(0, 3),
    w: String(time.getDay()), j: String(Math.round((+new Date(time.getFullYear(), time.getMonth(), time.getDate()) - +yearStart) / 86_400_000) + 1).padStart(3, '0'),
    F: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`, T: `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`, '%': '%',
  };
  return format.replace(/%-?([A-Za-z%])/g, (whole, letter: string) => {
    const text = conversions[letter];
    if (text === undefined) return whole;
    return whole.startsWith('%-') ? text.replace(/^[0 ]+(?=\d)/, '') : text;
  });
}
