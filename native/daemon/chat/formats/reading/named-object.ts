import type { ToolDefinition } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { parseJson, repairValue } from './argument-repair.ts';
import type { JsonMember } from './streaming-json.ts';
import { resolveTool } from './tool-names.ts';

/** A call read from an object such as `{"name": "x", "arguments": {...}}`. */
interface NamedObject {
  readonly name: string;
  /** JSON text, verbatim where the model's was. */
  readonly argumentsText: string;
  readonly repaired: boolean;
}

const nameKeys = ['name', 'function', 'tool', 'tool_name', 'function_name'];
const argumentKeys = ['arguments', 'parameters', 'args', 'input', 'tool_input'];
const otherKeys = ['type', 'id', 'index', 'tool_call_id'];

export function isNameKey(key: string): boolean {
  return nameKeys.includes(key);
}

export function isArgumentsKey(key: string): boolean {
  return argumentKeys.includes(key);
}

/** Whether an object may be a call, by its first key. */
export function mayBeginCall(key: string, tools: readonly ToolDefinition[]): boolean {
  return isNameKey(key) || isArgumentsKey(key) || otherKeys.includes(key) || tools.some((tool) => tool.name === key);
}

/**
 * Reads the calls in `raw`. `members` are the ranges of the root's members when `raw` is valid JSON: then the arguments
 * come back as written. Understands `parameters` for `arguments`, a nested `function` object, arguments beside the
 * name, `{"tool": {...}}` under the tool's own name (`keyed`: which is this family's way), and lists of all these.
 * Empty when there is no call in it.
 */
export function readNamedObjects(
  raw: string,
  members: readonly JsonMember[],
  tools: readonly ToolDefinition[],
  keyed = false,
): NamedObject[] {
  const strict = parseJson(raw.trim());
  if (strict && isJsonObject(strict.value)) {
    const verbatim = keyed ? readKeyed(raw, members) : readVerbatim(raw, members);
    if (verbatim) return [verbatim];
  }
  const parsed = strict ?? repairValue(raw);
  if (!parsed) return [];
  const list: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  const found = list.map((value) => (isJsonObject(value) ? readValue(value, tools) : undefined));
  // The repair may have made members of other text: then nothing is certain.
  const certain =
    strict !== undefined ||
    list.every((value, at) => found[at] && isJsonObject(value) && Object.keys(value).every(isKnownKey));
  return certain ? found.flatMap((one) => (one ? [{ ...one, repaired: true }] : [])) : [];
}

function isKnownKey(key: string): boolean {
  return isNameKey(key) || isArgumentsKey(key) || otherKeys.includes(key);
}

/** `{"NAME": {...}}` */
function readKeyed(raw: string, members: readonly JsonMember[]): NamedObject | undefined {
  const [only, ...others] = members;
  if (!only || others.length > 0) return undefined;
  return { name: only.key, argumentsText: raw.slice(only.start, only.end), repaired: false };
}

/** The part of `raw` that is the arguments' object, untouched. */
function readVerbatim(raw: string, members: readonly JsonMember[]): NamedObject | undefined {
  const name = members.find((member) => isNameKey(member.key));
  const written = members.find((member) => isArgumentsKey(member.key));
  if (
    !name ||
    !written ||
    members.some((member) => member !== name && member !== written && !otherKeys.includes(member.key))
  )
    return undefined;
  const value = parseJson(raw.slice(name.start, name.end))?.value;
  const text = raw.slice(written.start, written.end);
  if (typeof value !== 'string') return undefined;
  return { name: value, argumentsText: text, repaired: false };
}

function readValue(
  value: Readonly<Record<string, unknown>>,
  tools: readonly ToolDefinition[],
): Omit<NamedObject, 'repaired'> | undefined {
  const nested = value['function'];
  if (isJsonObject(nested)) return readValue(nested, tools);
  const nameKey = nameKeys.find((key) => typeof value[key] === 'string');
  if (nameKey === undefined) {
    const [only] = Object.entries(value);
    if (!only || Object.keys(value).length !== 1 || !isJsonObject(only[1]) || !resolveTool(only[0], tools))
      return undefined;
    return { name: only[0], argumentsText: JSON.stringify(only[1]) };
  }
  const name = String(value[nameKey]);
  const argumentsKey = argumentKeys.find((key) => Object.hasOwn(value, key));
  if (argumentsKey !== undefined) {
    const written = value[argumentsKey];
    return { name, argumentsText: typeof written === 'string' ? written : JSON.stringify(written) };
  }
  const beside = Object.entries(value).filter(([key]) => key !== nameKey && !otherKeys.includes(key));
  return { name, argumentsText: JSON.stringify(Object.fromEntries(beside)) };
}
