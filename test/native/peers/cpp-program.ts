import type { CppToken } from './cpp-tokens.ts';

/** A value of the few kinds that test cases are made of. */
export type CppValue = string | number | boolean | undefined | CppValue[] | CppObject;
export interface CppObject {
  [member: string]: CppValue;
}

/** What the program calls: functions, and methods of objects. Undefined: it is not known here. */
export interface CppHost {
  call(name: string, parameters: readonly CppValue[]): CppValue;
  method(object: CppValue, name: string, parameters: readonly CppValue[]): CppValue;
}

type Scope = Map<string, CppValue>;
class NotKnown extends Error {}

/**
 * Runs the part of a C++ program that builds data: variables, texts, lists, calls of the host, loops over lists, and
 * functions of the program itself. Statements with anything else are skipped.
 */
export class CppProgram {
  readonly #tokens: readonly CppToken[];
  readonly #host: CppHost;
  readonly #globals: Scope = new Map();
  #functions = new Map<string, { readonly parameters: readonly string[]; readonly body: number }>();
  #at = 0;
  #scopes: Scope[] = [this.#globals];

  constructor(tokens: readonly CppToken[], host: CppHost) {
    this.#tokens = tokens;
    this.#host = host;
  }

  /** Reads all definitions at the top, then runs the function `name`. */
  run(name: string): void {
    while (this.#at < this.#tokens.length) this.#definition();
    this.#callOwn(name, []);
  }

  #definition(): void {
    const start = this.#at;
    const end = this.#find(['{', '(', '=', ';']);
    const word = this.#tokens[end - 1];
    if (this.#tokens[end]?.text !== '(' || word?.kind !== 'name') return this.#statementOr(start);
    const closing = this.#closing(end);
    if (this.#tokens[closing + 1]?.text !== '{') return this.#statementOr(start);
    const parameters = this.#parameters(end + 1, closing);
    this.#functions.set(word.text, { parameters, body: closing + 1 });
    this.#at = this.#closing(closing + 1) + 1;
  }

  /** Names before a comma, a default value or the end. */
  #parameters(from: number, to: number): string[] {
    const names: string[] = [];
    for (let at = from; at < to; at += 1) {
      const next = at + 1 === to ? ',' : this.#tokens[at + 1]?.text;
      if (this.#tokens[at]?.kind === 'name' && (next === ',' || next === '=')) names.push(this.#tokens[at]?.text ?? '');
    }
    return names;
  }

  #statementOr(start: number): void {
    this.#at = start;
    this.#statement();
  }

  #callOwn(name: string, parameters: readonly CppValue[]): void {
    const own = this.#functions.get(name);
    if (!own) throw new NotKnown(name);
    const [back, scopes] = [this.#at, this.#scopes];
    this.#scopes = [this.#globals, new Map(own.parameters.map((one, at) => [one, parameters[at]]))];
    this.#at = own.body;
    this.#block();
    [this.#at, this.#scopes] = [back, scopes];
  }

  #block(): void {
    const end = this.#closing(this.#at);
    this.#at += 1;
    this.#scopes.push(new Map());
    while (this.#at < end) this.#statement();
    this.#scopes.pop();
    this.#at = end + 1;
  }

  #statement(): void {
    const start = this.#at;
    if (this.#peek() === '{') return this.#block();
    if (this.#peek() === 'for') return this.#loop();
    try {
      this.#simpleStatement();
    } catch (error) {
      if (!(error instanceof NotKnown)) throw error;
      this.#at = start;
      this.#skipStatement();
    }
  }

  #loop(): void {
    const open = this.#at + 1;
    const closing = this.#closing(open);
    const colon = this.#tokens.findIndex((token, at) => at > open && at < closing && token.text === ':');
    const name = this.#tokens[colon - 1]?.text ?? '';
    this.#at = colon + 1;
    let list: CppValue = [];
    if (colon !== -1) list = this.#tryExpression() ?? [];
    for (const item of Array.isArray(list) ? list : []) {
      this.#scopes.push(new Map([[name, item]]));
      this.#at = closing + 1;
      this.#statement();
      this.#scopes.pop();
    }
    this.#at = closing + 1;
    this.#skipStatement();
  }

  #tryExpression(): CppValue {
    try {
      return this.#expression();
    } catch (error) {
      if (error instanceof NotKnown) return undefined;
      throw error;
    }
  }

  /** An assignment, a declaration with or without a value, or a call. */
  #simpleStatement(): void {
    const end = this.#find(['{', '(', '=', ';', '.']);
    const sign = this.#tokens[end]?.text;
    const name = this.#tokens[end - 1]?.text ?? '';
    const declares = end - this.#at > 1;
    if (sign === '.' || (sign === '(' && !declares)) {
      const path = this.#memberPath();
      if (path) {
        const { object, member } = path;
        object[member] = this.#expression();
      } else this.#expression();
    } else if (sign === '=') {
      this.#at = end + 1;
      const value = this.#expression();
      if (declares) this.#scopes.at(-1)?.set(name, value);
      else this.#holder(name).set(name, value);
    } else if (declares && sign === '{') {
      this.#at = end;
      this.#scopes.at(-1)?.set(name, this.#expression());
    } else if (declares && sign === ';') {
      this.#at = end;
      this.#scopes.at(-1)?.set(name, {});
    } else throw new NotKnown(name);
    this.#expect(';');
  }

  /** `object.member =`, which is taken; undefined for anything else. */
  #memberPath(): { readonly object: CppObject; readonly member: string } | undefined {
    const [object, dot, member, sign] = this.#tokens.slice(this.#at, this.#at + 4);
    if (dot?.text !== '.' || sign?.text !== '=' || !object || !member) return undefined;
    const value = this.#variable(object.text);
    if (typeof value !== 'object' || Array.isArray(value)) throw new NotKnown(object.text);
    this.#at += 4;
    return { object: value, member: member.text };
  }

  #expression(): CppValue {
    let value = this.#postfix();
    while (this.#peek() === '+') {
      this.#at += 1;
      value = `${asText(value)}${asText(this.#postfix())}`;
    }
    return value;
  }

  #postfix(): CppValue {
    let value = this.#primary();
    while (this.#peek() === '.') {
      const member = this.#tokens[this.#at + 1]?.text ?? '';
      this.#at += 2;
      value = this.#peek() === '(' ? this.#host.method(value, member, this.#list('(')) : memberOf(value, member);
    }
    return value;
  }

  #primary(): CppValue {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new NotKnown('end');
    if (token.kind === 'text') return this.#joinedText();
    if (token.text === '{') return this.#list('{');
    this.#at += 1;
    if (token.kind === 'number') return Number.parseFloat(token.text);
    if (token.kind !== 'name') throw new NotKnown(token.text);
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    if (this.#peek() === '(') return this.#called(token.text, this.#list('('));
    if (this.#peek() === '{') return this.#list('{');
    return this.#variable(token.text);
  }

  #called(name: string, parameters: readonly CppValue[]): CppValue {
    if (name === 'std::string') return parameters[0];
    const value = this.#host.call(name, parameters);
    if (value !== undefined) return value;
    this.#callOwn(name, parameters);
    return undefined;
  }

  #joinedText(): string {
    let text = '';
    for (; this.#tokens[this.#at]?.kind === 'text'; this.#at += 1) text += this.#tokens[this.#at]?.text ?? '';
    return text;
  }

  #list(open: '(' | '{'): CppValue[] {
    const values: CppValue[] = [];
    const close = open === '(' ? ')' : '}';
    this.#expect(open);
    while (this.#peek() !== close) {
      values.push(this.#expression());
      if (this.#peek() === ',') this.#at += 1;
      else if (this.#peek() !== close) throw new NotKnown(String(this.#peek()));
    }
    this.#at += 1;
    return values;
  }

  #variable(name: string): CppValue {
    for (const scope of this.#scopes.toReversed()) if (scope.has(name)) return scope.get(name);
    // Values of enumerations stand for themselves.
    if (/^[A-Z][A-Z0-9_]+$/.test(name)) return name;
    throw new NotKnown(name);
  }

  #holder(name: string): Scope {
    const scope = this.#scopes.toReversed().find((one) => one.has(name));
    if (!scope) throw new NotKnown(name);
    return scope;
  }

  #skipStatement(): void {
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const text = this.#tokens[this.#at]?.kind === 'sign' ? this.#tokens[this.#at]?.text : '';
      if (text === ';') break;
      if (text === '(' || text === '[') this.#at = this.#closing(this.#at);
      if (text !== '{') continue;
      this.#at = this.#closing(this.#at);
      const next = this.#tokens[this.#at + 1]?.text ?? '';
      // A body ends its statement; a list of values is part of one.
      if (!/^[;,.)]$/.test(next) && !/^(?:else|catch|while)$/.test(next)) break;
    }
    this.#at += 1;
  }

  #find(signs: readonly string[]): number {
    let at = this.#at;
    while (
      at < this.#tokens.length &&
      !(this.#tokens[at]?.kind === 'sign' && signs.includes(this.#tokens[at]?.text ?? ''))
    )
      at += 1;
    return at;
  }

  #closing(open: number): number {
    let depth = 0;
    for (let at = open; at < this.#tokens.length; at += 1) {
      const token = this.#tokens[at];
      if (token?.kind !== 'sign') continue;
      if ('([{'.includes(token.text)) depth += 1;
      if (')]}'.includes(token.text)) depth -= 1;
      if (depth === 0) return at;
    }
    return this.#tokens.length;
  }

  #peek(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === 'text' ? undefined : token?.text;
  }

  #expect(sign: string): void {
    if (this.#peek() !== sign) throw new NotKnown(`${String(this.#peek())} for ${sign}`);
    this.#at += 1;
  }
}

function memberOf(value: CppValue, member: string): CppValue {
  if (typeof value !== 'object' || Array.isArray(value)) throw new NotKnown(member);
  return value[member];
}

function asText(value: CppValue): string {
  if (typeof value !== 'string') throw new NotKnown('text');
  return value;
}
