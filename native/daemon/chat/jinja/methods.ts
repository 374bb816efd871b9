import { pythonEquals, pythonStrip, pythonText } from './python-text.ts';
import {
  isList,
  isObject,
  isText,
  itemsOf,
  type JinjaArguments,
  type JinjaValue,
  keysOf,
  listOf,
  noneValue,
  valueOf,
} from './runtime-values.ts';

/** A method of a value, ready to be called. */
type Method = (given: JinjaArguments) => JinjaValue;

type TextMethod = (text: string, given: JinjaArguments) => unknown;

/**
 * The method a template calls on a value as Python has it, where the library lacks it or does something else: a dict's
 * methods come before its keys (a tool may have a parameter `items`), and text is stripped of the characters given.
 */
export function methodOf(value: JinjaValue, name: string): Method | undefined {
  if (isText(value)) {
    const method = Object.hasOwn(textMethods, name) ? textMethods[name] : undefined;
    return method && ((given) => valueOf(method(value.value, given)));
  }
  if (isObject(value)) return objectMethod(value, name);
  return isList(value) ? listMethod(value.value, name) : undefined;
}

function objectMethod(
  object: JinjaValue & { readonly value: ReadonlyMap<string, JinjaValue> },
  name: string,
): Method | undefined {
  switch (name) {
    case 'items':
      return () => listOf(entriesOf(object));
    case 'keys':
      return () => listOf(keysOf(object));
    case 'values':
      return () => listOf([...object.value.values()]);
    case 'get':
      return ({ positional, named }) =>
        object.value.get(keyOf(positional[0])) ?? positional[1] ?? named.get('default') ?? noneValue;
    default:
      return undefined;
  }
}

/** Keys and values in pairs. */
export function entriesOf(object: JinjaValue & { readonly value: ReadonlyMap<string, JinjaValue> }): JinjaValue[] {
  const values = [...object.value.values()];
  return keysOf(object).map((key, at) => listOf([key, values[at] ?? noneValue]));
}

/** The key text under which an object holds a value. */
export function keyOf(key: JinjaValue | undefined): string {
  return key === undefined ? '' : pythonText(key);
}

/** Kimi K2 queues call ids in a list. */
function listMethod(items: JinjaValue[], name: string): Method | undefined {
  const change =
    (by: (given: JinjaArguments) => void): Method =>
    (given) => {
      by(given);
      return noneValue;
    };
  switch (name) {
    case 'append':
      return change(({ positional }) => void items.push(positional[0] ?? noneValue));
    case 'extend':
      return change(({ positional }) => {
        // A copy: a list may be extended by itself.
        const added = ((positional[0] && itemsOf(positional[0])) ?? []).slice();
        for (const item of added) items.push(item);
      });
    case 'insert':
      return change(({ positional }) => void items.splice(numberOf(positional[0], 0), 0, positional[1] ?? noneValue));
    case 'pop':
      return ({ positional }) => {
        const [item] = items.splice(numberOf(positional[0], -1), 1);
        if (item === undefined) throw new Error('it takes an item from an empty list');
        return item;
      };
    case 'count':
      return ({ positional }) =>
        valueOf(items.filter((item) => positional[0] !== undefined && pythonEquals(item, positional[0])).length);
    default:
      return undefined;
  }
}

const textMethods: Readonly<Record<string, TextMethod>> = {
  strip: (text, given) => pythonStrip(text, 'both', characters(given)),
  lstrip: (text, given) => pythonStrip(text, 'left', characters(given)),
  rstrip: (text, given) => pythonStrip(text, 'right', characters(given)),
  capitalize: (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase(),
  removeprefix: (text, { positional }) =>
    text.startsWith(keyOf(positional[0])) ? text.slice(keyOf(positional[0]).length) : text,
  removesuffix: (text, { positional }) =>
    text.endsWith(keyOf(positional[0])) ? text.slice(0, text.length - keyOf(positional[0]).length) : text,
  find: (text, { positional }) => text.indexOf(keyOf(positional[0]), numberOf(positional[1], 0)),
  rfind: (text, { positional }) => text.lastIndexOf(keyOf(positional[0])),
  count: (text, { positional }) =>
    keyOf(positional[0]) === '' ? text.length + 1 : text.split(keyOf(positional[0])).length - 1,
  rsplit: (text, { positional, named }) =>
    splitFromRight(text, keyOf(positional[0]), numberOf(positional[1] ?? named.get('maxsplit'), -1)),
  partition: (text, { positional }) => partition(text, keyOf(positional[0]), text.indexOf(keyOf(positional[0]))),
  rpartition: (text, { positional }) => partition(text, keyOf(positional[0]), text.lastIndexOf(keyOf(positional[0]))),
  splitlines: (text) => (text === '' ? [] : text.replace(/(?:\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/)),
  join: (text, { positional }) => ((positional[0] && itemsOf(positional[0])) ?? []).map(pythonText).join(text),
  format: (text, given) => formatted(text, given),
  isdigit: (text) => /^\d+$/.test(text),
  isalpha: (text) => /^\p{L}+$/u.test(text),
  isalnum: (text) => /^[\p{L}\p{N}]+$/u.test(text),
  isspace: (text) => /^\s+$/.test(text),
  isupper: (text) => text !== text.toLowerCase() && text === text.toUpperCase(),
  islower: (text) => text !== text.toUpperCase() && text === text.toLowerCase(),
};

function characters({ positional }: JinjaArguments): string | undefined {
  const [given] = positional;
  return given !== undefined && isText(given) ? given.value : undefined;
}

function numberOf(value: JinjaValue | undefined, otherwise: number): number {
  return typeof value?.value === 'number' ? value.value : otherwise;
}

function splitFromRight(text: string, separator: string, times: number): string[] {
  const parts = separator === '' ? text.split(/\s+/).filter((part) => part !== '') : text.split(separator);
  if (times < 0 || parts.length <= times + 1) return parts;
  return [
    parts.slice(0, parts.length - times).join(separator === '' ? ' ' : separator),
    ...parts.slice(parts.length - times),
  ];
}

function partition(text: string, separator: string, at: number): string[] {
  return at < 0 ? [text, '', ''] : [text.slice(0, at), separator, text.slice(at + separator.length)];
}

/** Supports `{}`, `{0}` and `{name}` only. */
function formatted(text: string, { positional, named }: JinjaArguments): string {
  let next = 0;
  return text.replace(/\{\{|\}\}|\{(\w*)\}/g, (whole, field: string | undefined) => {
    if (field === undefined) return whole.charAt(0);
    const index = field === '' ? next++ : Number(field);
    const value = /^\d*$/.test(field) ? positional[index] : named.get(field);
    if (value === undefined) throw new Error(`it formats ${JSON.stringify(text)} without a value for ${whole}`);
    return pythonText(value);
  });
}
