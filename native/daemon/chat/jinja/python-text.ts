import {
  digitsOf,
  isList,
  isMissing,
  isNone,
  isNumber,
  isObject,
  isText,
  type JinjaValue,
  keysOf,
} from './runtime-values.ts';
import { spendSteps } from './template-work.ts';

/** A value as Python's `str` writes it, which is what a template prints: `True`, `None`, `['a', 1.0]`. */
export function pythonText(value: JinjaValue): string {
  if (isText(value)) return value.value;
  if (isMissing(value)) return '';
  return representation(value);
}

/** Whether Python calls two values equal: `None` is only itself, lists and dicts are compared by what they hold. */
export function pythonEquals(left: JinjaValue, right: JinjaValue): boolean {
  spendSteps(1);
  if (isNumber(left) && isNumber(right)) return Number(left.value) === Number(right.value);
  if (isList(left) && isList(right)) {
    return left.value.length === right.value.length && left.value.every((item, at) => sameItem(item, right.value[at]));
  }
  if (isObject(left) && isObject(right)) {
    return (
      left.value.size === right.value.size &&
      [...left.value].every(([key, item]) => sameItem(item, right.value.get(key)))
    );
  }
  return left.type === right.type && left.value === right.value;
}

/** Which of two values Python sorts first; throws where it cannot say. */
export function pythonCompare(left: JinjaValue, right: JinjaValue): number {
  if (isNumber(left) && isNumber(right)) return Number(left.value) - Number(right.value);
  if (isText(left) && isText(right)) return left.value < right.value ? -1 : Number(left.value > right.value);
  throw new Error(`it compares ${left.type} with ${right.type}`);
}

/** Python's `strip` at the sides asked for: white space, or any of `characters`. */
export function pythonStrip(text: string, sides: 'both' | 'left' | 'right', characters?: string): string {
  const dropped = characters === undefined ? isSpace : (unit: string): boolean => characters.includes(unit);
  let start = 0;
  let end = text.length;
  if (sides !== 'right') while (start < end && dropped(text.charAt(start))) start += 1;
  if (sides !== 'left') while (end > start && dropped(text.charAt(end - 1))) end -= 1;
  spendSteps((start + text.length - end) >> 3);
  return text.slice(start, end);
}

/** A byte order mark is none in Python, some separators are. */
function isSpace(unit: string): boolean {
  const code = unit.charCodeAt(0);
  return (/\s/.test(unit) && code !== 0xfeff) || (code >= 0x1c && code <= 0x1f) || code === 0x85;
}

function sameItem(left: JinjaValue, right: JinjaValue | undefined): boolean {
  return right !== undefined && pythonEquals(left, right);
}

/** Lists can hold one list several times, and so write far more than they hold. */
function representation(value: JinjaValue): string {
  spendSteps(1);
  if (isText(value)) return quoted(value.value);
  if (isNone(value)) return 'None';
  if (value.type === 'BooleanValue') return value.value === true ? 'True' : 'False';
  if (value.type === 'FloatValue') return floatText(Number(value.value));
  if (isList(value)) return listText(value.value.map(representation), value.type === 'TupleValue');
  if (isObject(value)) {
    const keys = keysOf(value).map(representation);
    return `{${[...value.value.values()].map((item, at) => `${keys[at]}: ${representation(item)}`).join(', ')}}`;
  }
  return isMissing(value) ? 'Undefined' : (digitsOf(value) ?? String(value.value));
}

function listText(items: readonly string[], tuple: boolean): string {
  if (!tuple) return `[${items.join(', ')}]`;
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

const shortEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  spendSteps(text.length >> 3);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inner = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === quote) inner += `\\${character}`;
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
      inner += shortEscapes[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
    else inner += shortEscapes[character] ?? character;
  }
  return quote + inner + quote;
}

export function floatText(number: number): string {
  const size = Math.abs(number);
  if (Number.isNaN(number)) return 'nan';
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) return number.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  if (Object.is(number, -0)) return '-0.0';
  return Number.isInteger(number) ? `${number}.0` : String(number);
}
