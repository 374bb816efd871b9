import { Environment } from '@huggingface/jinja';
import { WrittenNumber } from './written-numbers.ts';
import { spendSteps } from './template-work.ts';

/** The used part of the library's values; its declarations do not resolve under Node's module rules. */
export interface JinjaValue {
  readonly type: string;
  readonly value: unknown;
  __bool__(): { readonly value: boolean };
}

/** The arguments of a call or a filter. */
export interface JinjaArguments {
  readonly positional: readonly JinjaValue[];
  readonly named: ReadonlyMap<string, JinjaValue>;
}

interface JinjaEnvironment {
  set(name: string, value: unknown): JinjaValue;
}

const PlainEnvironment: new () => JinjaEnvironment = Environment;

const listClass = classOf([]);
const objectClass = classOf({});
const floatClass = classOf(0.5);
const integerClass = classOf(1);
const textClass = classOf('');
const booleanClass = classOf(true);

export const noValue = converted(undefined);
export const noneValue = converted(null);

/** A value of the library from a plain JavaScript one. */
export function valueOf(plain: unknown): JinjaValue {
  if (typeof plain === 'string') return new textClass(plain);
  if (typeof plain === 'boolean') return new booleanClass(plain);
  if (typeof plain === 'number') return Number.isInteger(plain) ? new integerClass(plain) : floatOf(plain);
  return converted(plain);
}

export function floatOf(number: number): JinjaValue {
  return new floatClass(number);
}

/** Digits of whole numbers that JavaScript cannot hold. */
const digits = new WeakMap<JinjaValue, string>();

export function digitsOf(value: JinjaValue): string | undefined {
  return digits.get(value);
}

/** A variable of a template from JSON, perhaps with numbers of `parseWritten`. */
export function variableOf(plain: unknown): JinjaValue {
  if (plain instanceof WrittenNumber) return numberOf(plain.text);
  if (Array.isArray(plain)) return listOf(plain.map(variableOf));
  if (typeof plain !== 'object' || plain === null) return valueOf(plain);
  return objectOf(new Map(Object.entries(plain).map(([key, value]) => [key, variableOf(value)])));
}

function numberOf(text: string): JinjaValue {
  if (/^-?\d+$/.test(text)) {
    const value = valueOf(Number(text));
    digits.set(value, text);
    return value;
  }
  return floatOf(Number(text));
}

export function listOf(items: readonly JinjaValue[]): JinjaValue {
  return new listClass(items);
}

export function objectOf(members: ReadonlyMap<string, JinjaValue>): JinjaValue {
  return new objectClass(members);
}

/** Objects with keys written as numbers; the library's keys are text. */
const numbered = new WeakSet<JinjaValue>();

export function markNumbered(object: JinjaValue): JinjaValue {
  numbered.add(object);
  return object;
}

export function isNumbered(object: JinjaValue): boolean {
  return numbered.has(object);
}

export function isText(value: JinjaValue): value is JinjaValue & { readonly value: string } {
  return value.type === 'StringValue';
}

/** A list or a tuple. */
export function isList(value: JinjaValue): value is JinjaValue & { readonly value: JinjaValue[] } {
  return Array.isArray(value.value);
}

export function isObject(value: JinjaValue): value is JinjaValue & { readonly value: ReadonlyMap<string, JinjaValue> } {
  return value.type === 'ObjectValue';
}

export function isNumber(value: JinjaValue): value is JinjaValue & { readonly value: number | boolean } {
  return ['IntegerValue', 'FloatValue', 'BooleanValue'].includes(value.type);
}

export function isMissing(value: JinjaValue): boolean {
  return value.type === 'UndefinedValue';
}

export function isNone(value: JinjaValue): boolean {
  return value.type === 'NullValue';
}

/** The keys of an object as values. */
export function keysOf(object: JinjaValue & { readonly value: ReadonlyMap<string, JinjaValue> }): JinjaValue[] {
  return [...object.value.keys()].map((key) => valueOf(isNumbered(object) ? Number(key) : key));
}

/** Items of a loop over the value; undefined if it cannot be looped over. */
export function itemsOf(value: JinjaValue): readonly JinjaValue[] | undefined {
  if (isList(value)) return value.value;
  if (isText(value)) {
    spendSteps(value.value.length);
    return [...value.value].map((character) => valueOf(character));
  }
  if (isObject(value)) return keysOf(value);
  return isMissing(value) ? [] : undefined;
}

function converted(plain: unknown): JinjaValue {
  return new PlainEnvironment().set('value', plain);
}

function classOf(plain: unknown): new (value: unknown) => JinjaValue {
  const isClass = (value: unknown): value is new (value: unknown) => JinjaValue => typeof value === 'function';
  const found: unknown = converted(plain).constructor;
  if (!isClass(found)) throw new Error('the Jinja library has no classes for its values');
  return found;
}
